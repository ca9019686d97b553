import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PATHS } from '../../model/model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readState } from '../lib/state.ts';
import { SERVERS } from './servers.ts';

/** On the disk that the mail is on, so that mailboxes need only be moved. */
const STAGING = `${PATHS.mail}/.restore`;
const ACME = '/var/lib/acme';

/** Why a backup cannot be restored here. Printed as it is. */
class Refusal extends Error {}

/** tar(1) cannot look ahead in a pipe: what the first bytes say of how it is compressed. */
export const unpacking = (start: Buffer): string[] => {
  const is = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (is(0x1f, 0x8b)) return ['--gzip'];
  if (is(0x28, 0xb5, 0x2f, 0xfd)) return ['--zstd'];
  return is(0xfd, 0x37, 0x7a) ? ['--xz'] : [];
};

/** A tar ends with two blocks of zeros (tar(5)); tar(1) does not miss them where a connection broke before. */
const END = Buffer.alloc(1024);

const unpack = async (): Promise<void> => {
  rmSync(STAGING, { recursive: true, force: true });
  mkdirSync(STAGING, { mode: 0o700 });
  await once(process.stdin, 'readable');
  const start: Buffer = process.stdin.read() ?? Buffer.alloc(0);
  process.stdin.unshift(start);
  const options = unpacking(start);
  const args = ['--extract', '--file=-', `--directory=${STAGING}`, '--same-owner', '--xattrs', ...options];
  const tar = spawn('tar', args, { stdio: ['pipe', 'inherit', 'inherit'] });
  const exit = once(tar, 'exit');
  let end: Buffer = Buffer.alloc(0);
  const watched = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      end = Buffer.concat([end, chunk]).subarray(-END.length);
      yield chunk;
    }
  };
  await pipeline(process.stdin, watched, tar.stdin).catch(() => {}); // its exit status tells
  const [code] = await exit;
  // What is compressed says itself where it ends.
  if (code !== 0 || (options.length === 0 && !end.equals(END)))
    throw new Refusal('the backup cannot be read to its end: nothing was changed');
};

/**
 * The domain to restore, of those whose mail is in the backup.
 * @param current `mail_domain` of this relay, and whether somebody chose it
 */
export const domainToRestore = (
  domains: readonly string[],
  current: string | undefined,
  isChosen: boolean,
): string => {
  const [first] = domains;
  if (first === undefined) throw new Refusal("the backup holds no mail folder: is it a relay's?");
  if (current !== undefined && domains.includes(current)) return current;
  if (!isChosen && domains.length === 1) return first;
  throw new Refusal(
    `the backup is of ${domains.join(', ')} and this relay is ${current}: set mail_domain and restore again`,
  );
};

const foldersIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => name)
    : [];

const takeMail = (domain: string, isReplacing: boolean): number => {
  const [from, to] = [`${STAGING}${PATHS.mail}/${domain}`, `${PATHS.mail}/${domain}`];
  const addresses = foldersIn(from);
  const known = addresses.filter((address) => existsSync(`${to}/${address}`));
  if (known.length > 0 && !isReplacing)
    throw new Refusal(
      `${known.length} of its addresses exist here: --replace puts those of the backup in their place`,
    );
  execFileSync('systemctl', ['stop', ...SERVERS], { stdio: 'ignore' }); // it warns of sockets that may wake them
  execFileSync('chown', ['-R', 'vmail:vmail', from]);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  execFileSync('chown', ['vmail:vmail', to]);
  for (const address of addresses) {
    rmSync(`${to}/${address}`, { recursive: true, force: true });
    renameSync(`${from}/${address}`, `${to}/${address}`);
  }
  return addresses.length;
};

const takeKeys = (): void => {
  const key = STAGING + PATHS.dkimKey;
  if (existsSync(key)) {
    replaceFile(PATHS.dkimKey, readFileSync(key, 'utf8'), 0o600);
    execFileSync('chown', ['opendkim:opendkim', PATHS.dkimKey]);
  }
  if (existsSync(STAGING + ACME)) {
    // One account at the authority: that of the backup.
    mkdirSync(ACME, { recursive: true });
    for (const name of readdirSync(ACME)) rmSync(`${ACME}/${name}`, { recursive: true });
    execFileSync('cp', ['-a', '--no-preserve=ownership', `${STAGING}${ACME}/.`, ACME]);
  }
  if (existsSync(STAGING + PATHS.noCreate)) cpSync(STAGING + PATHS.noCreate, PATHS.noCreate);
};

/** A machine that nobody has told its name takes it, and without settings of its own the others too, from the backup. */
const takeSettings = (domain: string): void => {
  const file = [PATHS.settings, STAGING + PATHS.settings].find((path) => existsSync(path));
  const text = file === undefined ? '' : readFileSync(file, 'utf8');
  replaceFile(PATHS.settings, /^mail_domain:/m.test(text) ? text : `mail_domain: ${domain}\n${text}`);
};

/**
 * `chatmail restore < file`: puts the state in a tar of `chatmail backup`, or of an upstream relay's state, in its
 * place. `configure` must follow. Returns the exit status.
 */
export const restore = async (isReplacing: boolean): Promise<number> => {
  if (process.stdin.isTTY) {
    process.stderr.write('chatmail: the backup is read from standard input: add `< relay.tar`\n');
    return 2;
  }
  try {
    await unpack();
    const { domain: current, sources } = readState() ?? {};
    const isChosen = /^(user-data|vendor-data|instance|\/)/.test(sources?.mail_domain ?? '');
    const domain = domainToRestore(foldersIn(STAGING + PATHS.mail), current, isChosen);
    const count = takeMail(domain, isReplacing);
    takeKeys();
    if (domain !== current) takeSettings(domain);
    process.stdout.write(`restored ${count} addresses of ${domain}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`chatmail: ${error.message}\n`);
    return 1;
  } finally {
    rmSync(STAGING, { recursive: true, force: true });
  }
};
