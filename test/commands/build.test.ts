import { expect, test } from 'vitest';
import { readChoices } from '../../src/commands/build/choices.ts';

const DEFAULTS = {
  formats: ['qcow2'],
  compression: 'zlib',
  kernel: 'generic',
  name: 'chatmail-relay',
  output: 'dist',
  diskSize: 2 * 1024 ** 3,
  include: [],
};

test.each([
  [{}, {}],
  [{ format: 'raw,qcow2,tar' }, { formats: ['raw', 'qcow2', 'tar'] }],
  [{ format: 'tar.zst, tar.zst' }, { formats: ['tar.zst'] }],
  [{ compression: 'zstd' }, { compression: 'zstd' }],
  [{ name: 'relay-1.2_x+y' }, { name: 'relay-1.2_x+y' }],
  [{ size: '10G' }, { diskSize: 10 * 1024 ** 3 }],
  [{ size: '1G' }, { diskSize: 1024 ** 3 }],
  [{ output: 'out' }, { output: 'out' }],
  [{ include: 'htop, g++,libnss-myhostname,' }, { include: ['htop', 'g++', 'libnss-myhostname'] }],
  [{ kernel: 'cloud' }, { kernel: 'cloud' }],
  [{ bare: true }, { name: 'debian-bare', output: 'dist/bare', kernel: 'cloud' }],
  [
    { bare: true, kernel: 'generic' },
    { name: 'debian-bare', output: 'dist/bare' },
  ],
  [
    { bare: true, name: 'debian', output: 'out', format: 'raw' },
    { name: 'debian', output: 'out', formats: ['raw'], kernel: 'cloud' },
  ],
])('%o', (values, choices) => expect(readChoices(values)).toEqual({ ...DEFAULTS, ...choices }));

test.each([
  [{ format: 'vmdk' }, 'unknown format `vmdk`'],
  [{ format: 'qcow2,' }, 'unknown format ``'],
  [{ format: 'toString' }, 'unknown format `toString`'],
  [{ compression: 'xz' }, 'unknown compression `xz`'],
  [{ kernel: 'rt' }, 'unknown kernel `rt`'],
  [{ name: '../relay' }, 'a name can have only letters, digits, and . _ + -'],
  [{ name: '.relay' }, 'a name can have only letters, digits, and . _ + -'],
  [{ name: '' }, 'a name can have only letters, digits, and . _ + -'],
  [{ include: 'htop nano' }, '`htop nano` is not a package name'],
  [{ include: '--purge' }, '`--purge` is not a package name'],
  [{ size: '2 GB' }, '`2 GB` is not a valid disk size'],
  [{ size: '1023M' }, '`1023M` is not a valid disk size'],
  [{ size: '2147483649' }, '`2147483649` is not a valid disk size'],
  [{ bare: true, 'relay-package': 'a.deb' }, 'only one of --bare and --relay-package can be given'],
  [{ bare: true, 'with-echobot': true }, 'only one of --bare and --with-echobot can be given'],
  [{ bare: true, config: 'chatmail.yaml' }, 'only one of --bare and --config can be given'],
  [{ bare: true, set: ['turn=true'] }, 'only one of --bare and --set can be given'],
])('wrong: %o', (values, message) => {
  expect(readChoices(values)).toMatchObject({ message });
});
