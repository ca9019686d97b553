import { execa } from 'execa';

/**
 * Builds the image the machine tests boot. A build of what is there already takes seconds, and its lines say
 * what a long one is doing.
 */
export const setup = async (): Promise<void> => {
  await execa('node', ['lib/cli.js', 'build', '--format', 'qcow2,raw,tar'], { stdio: 'inherit' });
};
