import type { Cloud } from './cloud.ts';
import { documented } from './fact.ts';
import { ownNetwork } from './own-network.ts';

export const proxmox = {
  ...ownNetwork,
  name: 'proxmox',
  aliases: ['pve'],
  title: 'Proxmox VE',
  userData: {
    edit: documented('correct the snippet, then `qm cloudinit update VMID` and `qm reboot VMID`', 'qm(1)'),
    form: documented(
      'a file in a snippets storage, then `qm set VMID --scsi1 STORAGE:cloudinit --cicustom "user=STORAGE:snippets/FILE"`',
      "Proxmox VE's documentation, cloud-init support",
    ),
    limit: documented({ bytes: 3 * 1024 ** 2, of: 'text' }, 'qemu-server, Cloudinit.pm'),
    encoding: documented('plain text', 'qemu-server, Cloudinit.pm'),
    gzip: documented('as it is', 'user_data.py of cloud-init 22.4.2, which unpacks it'),
  },
  cloudInit: { names: [], datasource: documented('NoCloud', 'qemu-server, Cloudinit.pm') },
  login: documented('debian', 'Debian Cloud Team, genericcloud images'),
  imageImport: documented('qm importdisk: qcow2 or raw', "Proxmox VE's documentation, qm"),
  packer: { builder: 'proxmox-clone' },
} as const satisfies Cloud;
