import { expect, test } from 'vitest';
import { basePackages, MACHINE_PACKAGES, parseDepends, withMore } from '../../src/image/packages.ts';

test.each<[string, readonly string[]]>([
  ['', []],
  ['postfix', ['postfix']],
  ['postfix, unbound\n', ['postfix', 'unbound']],
  ['nodejs (>= 18), dovecot-core (>= 1:2.3)', ['nodejs', 'dovecot-core']],
  ['nginx-light | nginx', ['nginx-light']],
  ['nginx-light (>= 1.22) | nginx (>= 1.22), zstd', ['nginx-light', 'zstd']],
  ['python3:any (>= 3.9)', ['python3']],
  ['libc6 [amd64], tool <!nocheck>', ['libc6', 'tool']],
  ['systemd(>=252)', ['systemd']],
])('%j', (field, names) => expect(parseDepends(field)).toEqual(names));

test('the base system has what a machine needs and what the relay depends on, sorted, once', () => {
  const packages = basePackages('postfix (>= 3.7), ca-certificates, acmetool', 'cloud');
  expect(packages).toEqual(
    [...new Set([...MACHINE_PACKAGES, 'linux-image-cloud-amd64', 'postfix', 'acmetool'])].sort(),
  );
  expect(packages.filter((name) => name === 'ca-certificates')).toHaveLength(1);
});

test('Perl does not come in by way of usrmerge', () => {
  expect(MACHINE_PACKAGES).toContain('usr-is-merged');
});

test('what is asked for besides comes last, sorted, and once', () => {
  expect(withMore(['b', 'a'], ['z', 'a', 'c', 'z'])).toEqual(['b', 'a', 'c', 'z']);
});
