import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Internet, type Member, startInternet } from '../machine/internet.ts';
import { shell } from '../machine/relay.ts';
import { atLeast, type Figure } from './figures.ts';

const RUNS = 30;
/** A first boot takes less. */
const MAX_MS = 12_000;
const READY_MS = 120_000;

const nameOf = (run: number): string => `r${run}.example`;

/** What is in the machine's disk of a file, at the moment that the power fails. */
const onDisk = ({ machine }: Member, path: string): Promise<string | undefined> =>
  readFile(`${machine.root}${path}`, 'utf8').catch(() => undefined);

/** Whether a relay whose first boot is cut off after `ms` is ready after the next, and is still the same one. */
const survives = async (internet: Internet, run: number, ms: number): Promise<boolean> => {
  const name = nameOf(run);
  const settings = `mail_domain: ${name}\nmax_load_1m: 1000\nacme_directory: ${internet.authority.directory}`;
  const member = await internet.boot(11 + run, settings);
  const { machine, address } = member;
  try {
    // Enough for the authority; the rest when the relay has told it.
    await internet.dns.publish(name, `@ A ${address}\nwww CNAME @\nmta-sts CNAME @\n`);
    await pause(ms);
    await machine.kill();
    const key = await onDisk(member, '/etc/dkimkeys/opendkim.private');
    await machine.boot();
    await machine.console.waitFor(/chatmail: (waiting|ready)/, AbortSignal.timeout(READY_MS));
    await internet.dns.publish(name, await shell(member.relay(name), 'chatmail dns'));
    await machine.console.waitFor(/chatmail: ready/, AbortSignal.timeout(READY_MS));
    const later = await onDisk(member, '/etc/dkimkeys/opendkim.private');
    const accounts = internet.authority.requests.filter(
      ({ from, path, status }) => from === address && /sign-me-up/.test(path) && status === 201,
    );
    return accounts.length === 1 && later !== undefined && (key === undefined || key === later);
  } catch (error) {
    process.stderr.write(
      `cut off after ${ms.toFixed(0)} ms: ${(error as Error).message}\n${machine.console.lines.slice(-5).join('\n')}\n`,
    );
    return false;
  } finally {
    await machine.remove();
  }
};

/** First boots cut off at random moments that end in a ready relay, with one DKIM key and one account at the CA. */
export const cutFigures = async (): Promise<Figure[]> => {
  const internet = await startInternet(() => Array.from({ length: RUNS }, (_, run) => nameOf(run)));
  try {
    let survived = 0;
    for (let run = 0; run < RUNS; run++) {
      const ms = Math.random() * MAX_MS;
      if (await survives(internet, run, ms)) survived++;
      process.stderr.write(`cut off after ${ms.toFixed(0)} ms: ${survived} of ${run + 1} ready\n`);
    }
    return [atLeast(`first boots cut off that end in a ready relay, of ${RUNS}`, survived, 'boots', RUNS)];
  } finally {
    await internet.stop();
  }
};
