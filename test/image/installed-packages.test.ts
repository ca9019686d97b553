import { expect, test } from 'vitest';
import { installedPackages, packagesDigest } from '../../src/image/installed-packages.ts';

const STATUS = `Package: acmetool
Status: install ok installed
Installed-Size: 10073
Version: 0.2.2-1+b4
Description: a client
 Version: not this one

Package: gone
Status: deinstall ok config-files
Installed-Size: 5
Version: 1

Package: zstd
Status: hold ok installed
Version: 1.5.4
`;

test('what is installed, and nothing else', () => {
  expect(installedPackages(STATUS)).toEqual([
    { name: 'acmetool', version: '0.2.2-1+b4', size: 10073 },
    { name: 'zstd', version: '1.5.4', size: 0 },
  ]);
});

test('the digest changes with a version, and not with a size', () => {
  const one = packagesDigest([{ name: 'a', version: '1', size: 1 }]);
  expect(packagesDigest([{ name: 'a', version: '1', size: 2 }])).toBe(one);
  expect(packagesDigest([{ name: 'a', version: '2', size: 1 }])).not.toBe(one);
});
