import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchFolder } from '../../../src/relay/lib/watch-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a folder that does not exist is an error, not a reason to look again and again', () =>
  expect(() => watchFolder(join(folder, 'nowhere'), () => {})).toThrow('ENOENT'));

/** Each waits for something in the folder `queue`, then calls `seen`. */
const WAITERS = {
  'the boot that configures': `
    import { whenConfigured } from './configure/when-configured.ts';
    whenConfigured('queue/configured').then(seen);
    setTimeout(writeFileSync, 10, 'queue/configured', '');`,
  'a push that is to be sent': `
    import { workOff } from './notifier/main.ts';
    import { addJob } from './lib/push-queue.ts';
    workOff('queue', seen);
    setTimeout(addJob, 10, 'queue', { address: 'a', token: 't' }, Math.floor(Date.now() / 1000));`,
  'a token that is dead': `
    import { forgetDead } from './metadata/forget-dead.ts';
    import { addJob } from './lib/push-queue.ts';
    forgetDead('queue', seen, () => 0);
    setTimeout(addJob, 10, 'queue/dead', { address: 'a', token: 't' }, 1);`,
};

const BEGINNING = `
  import { writeFileSync } from 'node:fs';
  const seen = () => { console.log('seen'); process.exit(); };`;

// A user namespace has a count of its own (namespaces(7), /proc/sys/user): in this one there is no instance at all.
const WITHOUT_INOTIFY =
  'echo 0 > /proc/sys/user/max_inotify_instances; mkdir -p queue/dead; exec node waiter.mjs';

test.each(Object.entries(WAITERS))('%s is seen though no inotify instance is left', async (_, source) => {
  await build({
    stdin: { contents: BEGINNING + source, resolveDir: resolve('src/relay') },
    outfile: join(folder, 'waiter.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const { stdout, stderr } = await execa('unshare', ['--map-root-user', 'sh', '-euc', WITHOUT_INOTIFY], {
    cwd: folder,
  });
  expect(stdout).toBe('seen');
  expect(stderr).toBe('<4>no inotify instance is left (fs.inotify.max_user_instances): looking every second');
});
