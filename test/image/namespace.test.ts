import { describe, expect, test } from 'vitest';
import { inside, owning } from '../../src/image/namespace.ts';

test.each([
  [true, ['tar', '-x']],
  [false, ['unshare', '--map-root-user', '--map-auto', '--', 'tar', '-x']],
])('root: %s', (isRoot, argv) => expect(owning(isRoot, ['tar', '-x'])).toEqual(argv));

describe('inside the tree', () => {
  test.each([true, false])('nothing outlives the command, no mount is left (root: %s)', (isRoot) => {
    const argv = inside(isRoot, '/tree', ['dpkg', '--install', 'x.deb']);
    expect(argv).toEqual(expect.arrayContaining(['--mount', '--pid', '--fork', '--kill-child']));
    expect(argv.includes('--map-root-user')).toBe(!isRoot);
    expect(argv.slice(-4)).toEqual(['/tree', 'dpkg', '--install', 'x.deb']);
  });
});
