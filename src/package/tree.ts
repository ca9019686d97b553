import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ARCHIVE_SOURCES } from '../model/packages.ts';
import { PROBES, STOPPED_FOR_RESTORE } from '../model/service-facts.ts';
import { DAEMONS, LONG_RUNNING, STOPPED_ON_REMOVAL } from '../model/services.ts';
import { STATE_VERSION } from '../model/state-version.ts';
import { loadTemplates } from '../render/load-templates.ts';
import { FETCHED_SETUP, fetchedSetup } from './install-scripts.ts';
import { PROJECT } from './paths.ts';
import { generatedUnits, withSandbox } from './units.ts';

/** A file of the package by its absolute path. */
interface PackageFile {
  readonly content: string | Uint8Array;
  readonly mode: number;
}
export type PackageTree = ReadonlyMap<string, PackageFile>;

const UNITS = '/usr/lib/systemd/system';

const TEMPLATES = '/usr/share/chatmail/templates/etc';

/** coturn's, which is optional: in the extras. */
const TURN = `${TEMPLATES}/chatmail/turnserver.conf`;

const debian = (name: string): string => readFileSync(`${PROJECT}src/package/debian/${name}`, 'utf8');

const changelog = (name: string, version: string, date: string): string =>
  `${name} (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of chatmail-image.\n\n` +
  ` -- chatmail-image authors <chatmail-image@packages.invalid>  ${date}\n`;

const gzip = (text: string): Uint8Array => gzipSync(text, { level: 9 });

/** What Debian wants in each package (policy §12.5, §12.7). */
const documentation = (name: string, version: string, date: string): PackageTree =>
  new Map([
    [`/usr/share/doc/${name}/copyright`, { content: debian('copyright'), mode: 0o644 }],
    [`/usr/share/doc/${name}/changelog.gz`, { content: gzip(changelog(name, version, date)), mode: 0o644 }],
  ]);

/** A file without the comments that explain it here, where they are read. */
const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*#(?!!)/.test(line) && line !== '')
    .map((line) => `${line}\n`)
    .join('');

/** In `/etc` the first line is worth its space: it says who wrote the file. */
const withFirstLine = (text: string): string => {
  const end = text.indexOf('\n') + 1;
  return text.slice(0, end) + withoutComments(text.slice(end));
};

/** Pages, styles and scripts without what only their source needs: comments, indentation and empty lines. */
const withoutIndentation = (text: string): string =>
  text.replace(/^\s*\/\/.*\n/gm, '').replace(/\n\s+/g, '\n');

/** Lists of services as scripts take them, by the name between the signs of a placeholder. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  DAEMONS,
  LONG_RUNNING,
  STOPPED_FOR_RESTORE,
  STOPPED_ON_REMOVAL,
};

const withServices = (text: string): string =>
  text
    .replaceAll('@STATE@', String(STATE_VERSION))
    .replace(/@([A-Z_]+)@/g, (placeholder, name: string) => LISTS[name]?.join(' ') ?? placeholder);

/**
 * What is in the package, decided without writing anything. `program` is the bundled script; `archive` what apt has to
 * know of the archive that the package is published in (sources.list(5), deb822-style), if it is.
 */
export const packageTree = (
  program: string,
  version: string,
  date: string,
  archive?: string,
): PackageTree => {
  const files = new Map<string, PackageFile>();
  const add = (path: string, content: string | Uint8Array, mode = 0o644) =>
    files.set(path, { content, mode });
  add('/usr/bin/chatmail', program, 0o755);
  for (const [path, text] of loadTemplates(`${PROJECT}templates/usr`, '/usr'))
    add(
      path,
      path.endsWith('.js')
        ? withoutIndentation(text)
        : withoutComments(withServices(withSandbox(text)).replaceAll('@VERSION@', version)),
      text.startsWith('#!') ? 0o755 : 0o644,
    );
  for (const [name, unit] of generatedUnits()) add(`${UNITS}/${name}`, withoutComments(unit));
  for (const [path, text] of loadTemplates(`${PROJECT}templates/etc`, TEMPLATES))
    if (path !== TURN) add(path, withFirstLine(text));
  for (const [path, text] of loadTemplates(`${PROJECT}www`, '/usr/share/chatmail/www'))
    add(path, withoutIndentation(text));
  if (archive !== undefined) add(ARCHIVE_SOURCES, archive);
  add('/usr/share/man/man8/chatmail.8.gz', gzip(debian('chatmail.8')));
  for (const [path, file] of documentation('chatmail-relay', version, date)) files.set(path, file);
  return files;
};

/** What nginx says of the text maker: its own policy, which knows its script, and that no page has it in a frame. */
const policyOf = (page: string): string => {
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  if (policy === undefined) throw new Error('the text maker has no policy');
  return `${policy}; frame-ancestors 'none'`;
};

const extrasTemplates = (page: string): PackageTree =>
  new Map(
    [...loadTemplates(`${PROJECT}templates/extras`, '/')].map(([path, text]) => [
      path,
      {
        content: withSandbox(text).replace('@POLICY@', () => policyOf(page)),
        mode: text.startsWith('#!') ? 0o755 : 0o644,
      },
    ]),
  );

/** What has apt get updates from this archive, as the settings say. */
const archiveTemplates = (archive: string): PackageTree =>
  new Map(
    [
      ...loadTemplates(`${PROJECT}templates/archive`, '/'),
      [
        '/usr/share/chatmail/templates/etc/apt/sources.list.d/chatmail.sources',
        // Whatever a provider's own files for apt say (sources.list(5)).
        `{{#updates}}\nCheck-Valid-Until: yes\nCheck-Date: yes\n${archive}{{/updates}}\n`,
      ] as const,
    ].map(([path, content]) => [path, { content, mode: 0o644 }]),
  );

/** Programs of chatmail-relay-extras. */
interface ExtrasPrograms {
  /** The bundle of its commands, which `chatmail` loads. */
  readonly commands: string;
  /** Loaded by the services. */
  readonly invitations: string;
  /** The text maker without the facts of a release. */
  readonly page: string;
  /** Tries an update. */
  readonly trial: string;
}

/** What is in chatmail-relay-extras; `archive`: see `packageTree`. */
export const extrasTree = (
  { commands, invitations, page, trial }: ExtrasPrograms,
  version: string,
  date: string,
  archive?: string,
): PackageTree =>
  new Map([
    [FETCHED_SETUP, { content: fetchedSetup(), mode: 0o644 }],
    ['/usr/lib/chatmail/extras.cjs', { content: commands, mode: 0o644 }],
    ['/usr/lib/chatmail/invitations.cjs', { content: invitations, mode: 0o644 }],
    ['/usr/lib/chatmail/trial', { content: trial, mode: 0o755 }],
    ['/usr/share/chatmail/probes.json', { content: `${JSON.stringify(PROBES)}\n`, mode: 0o644 }],
    ['/usr/share/chatmail/text-maker.html', { content: page, mode: 0o644 }],
    ...extrasTemplates(page),
    [TURN, { content: loadTemplates(`${PROJECT}templates/etc`, TEMPLATES).get(TURN) ?? '', mode: 0o644 }],
    ...(archive === undefined ? [] : archiveTemplates(archive)),
    ['/usr/share/bash-completion/completions/chatmail', { content: debian('bash-completion'), mode: 0o644 }],
    ...documentation('chatmail-relay-extras', version, date),
  ]);

/** The package's units, in the order in which they are enabled: those with an `[Install]` section. */
export const unitsOf = (tree: PackageTree): string[] =>
  [...tree]
    .filter(([path, file]) => path.startsWith(`${UNITS}/`) && String(file.content).includes('\n[Install]\n'))
    .map(([path]) => path.replace(/^.*\//, ''));

/** `Installed-Size` (policy §5.6.20). */
const kibOf = (tree: PackageTree): number =>
  Math.ceil([...tree.values()].reduce((sum, file) => sum + file.content.length, 0) / 1024);

/** The control files of chatmail-relay-extras. What it has in `/etc` an operator may change (policy §10.7). */
export const extrasControlFiles = (tree: PackageTree, version: string): PackageTree => {
  const fill = (text: string) =>
    text
      .replaceAll('@VERSION@', version)
      .replaceAll('@STATE@', String(STATE_VERSION))
      .replaceAll('@SIZE@', String(kibOf(tree)));
  const configuration = [...tree.keys()].filter((path) => path.startsWith('/etc/'));
  return new Map([
    ['control', { content: fill(debian('control-extras')), mode: 0o644 }],
    ['conffiles', { content: configuration.map((path) => `${path}\n`).join(''), mode: 0o644 }],
    ...['postinst', 'postrm'].map(
      (name) => [name, { content: debian(`${name}-extras`), mode: 0o755 }] as const,
    ),
  ]);
};

/** The control files, with the units and the version filled in. */
export const controlFiles = (tree: PackageTree, version: string): PackageTree => {
  const units = unitsOf(tree);
  const fill = (text: string) =>
    withServices(text)
      .replaceAll('@UNITS@', units.join(' '))
      .replaceAll('@SOCKETS@', units.filter((unit) => /\.(socket|timer)$/.test(unit)).join(' '))
      .replaceAll('@VERSION@', version)
      .replaceAll('@SIZE@', String(kibOf(tree)));
  return new Map([
    ['control', { content: fill(debian('control')), mode: 0o644 }],
    ...['postinst', 'prerm', 'postrm'].map(
      (name) => [name, { content: fill(debian(name)), mode: 0o755 }] as const,
    ),
  ]);
};
