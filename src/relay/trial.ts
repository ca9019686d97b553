import { faultOf } from './lib/fault.ts';
import { beforeDpkg } from './update/hook.ts';
import { judge } from './update/judge.ts';

/** The trial of an update: `before`, which dpkg runs, starts it, and `judge` sees it through. */
const run = async (verb: string | undefined): Promise<number> => {
  if (verb === 'before') return beforeDpkg();
  return verb === 'judge' ? judge() : 2;
};

run(process.argv[2]).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`chatmail: an update cannot be tried: ${faultOf(error)}\n`);
    process.exitCode = 1;
  },
);
