import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Has systemd run a shell script when this process is no more, also if it is killed; not so once the function that is
 * returned was called. Where systemd does not run, as in a tree that is only being prepared, nothing is done.
 */
export const whenWeEnd = (name: string, script: string): (() => void) => {
  // sd_booted(3)
  if (!existsSync('/run/systemd/system')) return () => {};
  const unit = `chatmail-${name}-${process.pid}`;
  const waiting = `tail --pid=${process.pid} -f /dev/null; ${script}`;
  execFileSync('systemd-run', ['--quiet', '--collect', `--unit=${unit}`, 'sh', '-c', waiting]);
  return () => void spawnSync('systemctl', ['stop', unit]);
};
