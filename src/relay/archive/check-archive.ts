import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { archiveUrl } from '../lib/archive.ts';
import { count } from '../lib/metrics.ts';
import { readText } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { problemWith, verdictOf } from './verdict.ts';

/** Where things are. */
interface Places {
  readonly source: string;
  readonly lists: string;
  readonly problem: string;
  readonly issue: string;
  readonly console: string;
}

const PLACES: Places = {
  /** Written by `chatmail configure` while `updates` is on. */
  source: '/etc/apt/sources.list.d/chatmail.sources',
  /** apt's own lists, to know what was there before; nothing is installed from them. */
  lists: '/var/lib/chatmail/archive/lists',
  problem: PATHS.archiveProblem,
  issue: '/run/issue.d/chatmail-archive.issue',
  console: '/dev/console',
};

const optionsOf = ({ source, lists }: Places): string[] =>
  Object.entries({
    'Dir::Etc::SourceList': source,
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': lists,
    'Dir::Cache': lists,
    'APT::Update::Error-Mode': 'any',
    // Its user is another; this unit has no rights to lose.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

const look = (places: Places): string | undefined => {
  mkdirSync(`${places.lists}/partial`, { recursive: true });
  const { status, stdout, stderr } = spawnSync('apt-get', ['--quiet', ...optionsOf(places), 'update'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const verdict = verdictOf(status === 0, `${stdout}${stderr}`);
  count('archive_checks', { result: verdict });
  return problemWith(verdict, archiveUrl(places.source) ?? '');
};

const tellConsole = (problem: string, { issue, console }: Places): void => {
  try {
    mkdirSync(dirname(issue), { recursive: true });
    // A backslash would be a command there (agetty(8)).
    replaceFile(issue, `chatmail: ${problem.replaceAll('\\', '\\\\')}\n\n`);
    writeFileSync(console, `\rchatmail: ${problem}\r\n`);
  } catch {
    // a machine without a console
  }
};

/**
 * Looks whether there are new versions to be had from the archive of this relay's release, and installs none. A problem is
 * told when it is new: in the journal, on the console, and to `chatmail status`, which shows it until it is over.
 */
export const checkArchive = (places = PLACES): number => {
  const problem = existsSync(places.source) ? look(places) : undefined;
  if (problem === undefined) {
    for (const path of [places.problem, places.issue]) rmSync(path, { force: true });
    return 0;
  }
  if (readText(places.problem) === problem) return 0;
  replaceFile(places.problem, problem);
  process.stdout.write(`${problem}\n`);
  tellConsole(problem, places);
  return 0;
};
