import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { readersOf } from '../../model/readers.ts';
import { STARTABLE_UNITS } from '../../model/service-facts.ts';
import { whenWeEnd } from '../lib/when-we-end.ts';

/** Those who read the certificate read it again; who did not start for the lack of it starts. */
const RELOAD = ['systemctl', 'reload-or-restart', ...readersOf(['/fullchain'])] as const;

/**
 * A certificate that is managed outside the relay is read again whenever it changes. The units are
 * transient: systemd forgets them at the end of a boot, and each boot makes them again.
 */
export const watchCertificate = ({ settings }: Model): void => {
  const watcher = 'chatmail-certificate';
  const [path] = settings.tls_external_cert_and_key ?? [];
  spawnSync('systemctl', ['stop', `${watcher}.path`]);
  // sd_booted(3): in a tree that is only being prepared nothing changes under way.
  if (path === undefined || !existsSync('/run/systemd/system')) return;
  execFileSync('systemd-run', ['-q', `--unit=${watcher}`, `--path-property=PathChanged=${path}`, ...RELOAD]);
};

const FIRSTBOOT = 'chatmail-firstboot.service';

let isAlive = (): void => {};

/**
 * It writes the state too: `chatmail configure` must be the only writer, and starts it again. If that is
 * killed before, systemd does: no setup stays interrupted.
 */
export const stopFirstboot = (): void => {
  const settled = `grep -qE '"state":"(ready|error)"' ${PATHS.state}`;
  isAlive = whenWeEnd('configure', `${settled} || systemctl start ${FIRSTBOOT}`);
  execFileSync('systemctl', ['stop', FIRSTBOOT]);
};

/** Writes again what is written at boot, and checks whether the relay is ready. */
export const configureAnew = (): void => {
  execFileSync('systemctl', ['restart', 'chatmail-configure.service']);
  restartFirstboot();
};

/** Runs `chatmail configure`, for services that it restarts: in a separate unit, one at a time. */
export const configureAnewSoon = (): void => {
  const unit = ['-q', '--no-block', '--collect', '--unit=chatmail-configure-anew'];
  spawnSync('systemd-run', [...unit, '/usr/bin/chatmail', 'configure'], { stdio: 'ignore' });
};

/** Checks again whether the relay is ready. */
export const restartFirstboot = (): void => {
  execFileSync('systemctl', ['restart', FIRSTBOOT]);
  isAlive();
};

/** Starts what is down, and checks again whether the relay is ready. At boot systemd does this in its own order. */
export const startRelay = (): void => {
  execFileSync('systemctl', ['start', ...STARTABLE_UNITS, 'chatmail-expire.timer']);
  restartFirstboot();
};
