import { execa } from 'execa';
import { raiseLimits } from './limits.ts';

/**
 * Builds the image the machine tests boot. A build of what is there already takes seconds, and its lines say
 * what a long one is doing. `TEST_FORMATS=tar` is enough for the tests that boot containers.
 */
export const setup = async (): Promise<void> => {
  await raiseLimits();
  const formats = process.env.TEST_FORMATS ?? 'qcow2,raw,tar';
  await execa('node', ['lib/cli.js', 'build', '--format', formats], { stdio: 'inherit' });
};
