import { installPackages } from '../requirements/install.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import { BRINGS_SERVICES, isJob, JOBS } from '../requirements/table.ts';
import { defineCommand } from './command.ts';

export const command = defineCommand({
  name: 'requirements',
  summary: 'list the Debian packages that a job needs, and install them',
  usage: 'JOB...',
  operands: [1, JOBS.length],
  words: JOBS,
  description: `Jobs: ${JOBS.join(', ')}. Without --install nothing changes; the exit status is 1 if something is missing.`,
  options: {
    install: { type: 'boolean', help: 'install what is missing, as root' },
    json: { type: 'boolean', help: 'print the result as JSON' },
  },
  async run({ stdout, stderr, env, signal, usage }, { values, operands }) {
    const jobs = operands.filter(isJob);
    const unknown = operands.find((name) => !isJob(name));
    if (unknown !== undefined) return usage(`unknown job ${unknown}`, `the jobs are ${JOBS.join(', ')}`);

    const lacking = await findMissing(jobs, env.PATH);
    const packages = packagesOf(lacking);
    if (values.install) {
      await installPackages(packages, {
        signal,
        say: (line) => stderr.write(`${line}\n`),
        isRoot: process.geteuid?.() === 0,
        withoutServices: jobs.some((job) => BRINGS_SERVICES.has(job)),
      });
    }
    const left = values.install ? await findMissing(jobs, env.PATH) : lacking;
    if (values.json) {
      stdout.write(`${JSON.stringify({ jobs, missing: left, packages: packagesOf(left) })}\n`);
    } else {
      for (const one of left) stdout.write(`${one.what} is missing: Debian package ${one.package}\n`);
    }
    return left.length === 0 ? 0 : 1;
  },
});
