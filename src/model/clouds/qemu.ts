import type { Cloud } from './cloud.ts';
import { documented, tried } from './fact.ts';
import { ownNetwork } from './own-network.ts';

export const qemu = {
  ...ownNetwork,
  name: 'qemu',
  aliases: ['nocloud', 'libvirt'],
  title: 'a NoCloud disk (QEMU, libvirt)',
  userData: {
    edit: tried('write the disk again with the corrected text, then reboot', 'cloud-init 22.4.2'),
    form: tried('the file user-data on the disk, beside meta-data', 'cloud-init 22.4.2'),
    encoding: tried('plain text', 'cloud-init 22.4.2'),
    gzip: tried('as it is', 'cloud-init 22.4.2'),
  },
  cloudInit: {
    names: ['nocloud'],
    datasource: tried('NoCloud, on a disk with the label cidata', 'cloud-init 22.4.2'),
    dmi: tried({ sys_vendor: 'QEMU' }, 'QEMU 7.2'),
    tags: documented('meta_data', 'DataSourceNoCloud.py of cloud-init 22.4.2'),
  },
  login: tried('debian', 'Debian Cloud Team, genericcloud images'),
  imageImport: tried('qcow2 or raw', 'QEMU 7.2'),
  packer: { builder: 'qemu' },
} as const satisfies Cloud;
