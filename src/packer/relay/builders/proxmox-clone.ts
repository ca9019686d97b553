import { proxmox } from '../../../model/clouds/proxmox.ts';
import { blocks } from '../../template.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { choice, credential, own } from '../variables.ts';

export const proxmoxClone: Builder = {
  type: proxmox.packer.builder,
  cloud: proxmox,
  // Since 1.2.0 it has `cloud_init_disk_type`.
  plugin: hashicorp('proxmox', '1.2.0'),
  isInDebian: false,
  variables: {
    proxmox_url: own('proxmox_url', 'address of the API, with /api2/json', 'PROXMOX_URL'),
    username: own('username', 'user with its realm', 'PROXMOX_USERNAME'),
    password: credential('password', 'password of the user', 'PROXMOX_PASSWORD'),
    node: own('node', 'node', 'PROXMOX_NODE'),
    clone_vm: own('clone_vm', 'template of Debian 12 to clone, with a cloud-init drive', 'PROXMOX_CLONE_VM'),
    bridge: choice('bridge', 'Bridge with access to the Internet', 'vmbr0'),
  },
  settings: {
    clone_vm: variable('clone_vm'),
    // No dot or blank is taken in names of machines here.
    template_name: IMAGE_NAME,
    cloud_init: true,
    // What the template has as a drive for cloud-init is replaced by an empty one. Under UEFI, and where it is SATA,
    // Debian's cloud kernel does not see one that is IDE, which is the default.
    cloud_init_disk_type: 'scsi',
    node: variable('node'),
    os: 'l26',
    password: variable('password'),
    proxmox_url: variable('proxmox_url'),
    qemu_agent: true,
    ssh_username: proxmox.login.value,
    scsi_controller: 'virtio-scsi-pci',
    username: variable('username'),
    network_adapters: blocks({ bridge: variable('bridge'), model: 'virtio' }),
  },
};
