import { expression } from '../../template.ts';
import { type Builder, hashicorp, variable } from '../builder.ts';
import { choice, own } from '../variables.ts';

/** Boots a disk of Debian here. Packer lets itself in through the cloud-init seed that is given with it. */
export const qemu: Builder = {
  type: 'qemu',
  cloud: 'this machine, with QEMU',
  plugin: hashicorp('qemu'),
  isInDebian: true,
  variables: {
    disk: own('disk', 'path or URL of a Debian 12 disk with cloud-init', 'RELAY_DISK'),
    disk_checksum: own(
      'disk_checksum',
      'checksum of the disk, such as sha512:0123abcd or none',
      'RELAY_DISK_CHECKSUM',
    ),
    seed: {
      type: 'list(string)',
      description: 'Files user-data and meta-data of a cloud-init seed that lets the key below in as root.',
      default: [],
    },
    ssh_private_key_file: own('ssh_private_key_file', 'key that the seed lets in as root', 'RELAY_SSH_KEY'),
    accelerator: choice('accelerator', 'How QEMU runs the machine: kvm, or tcg where that is missing', 'kvm'),
    disk_size: choice('disk_size', 'Size of the disk; it grows later', '4G'),
    memory: { type: 'number', description: 'Memory of the machine in MB.', default: 1024 },
    ssh_timeout: choice('ssh_timeout', 'How long the machine may take until it answers', '10m'),
    output_directory: {
      type: 'string',
      description: 'Folder for the disk; it must not exist.',
      default: 'output-qemu',
    },
  },
  settings: {
    accelerator: variable('accelerator'),
    boot_wait: '1s',
    cd_files: variable('seed'),
    cd_label: 'cidata',
    disk_compression: true,
    disk_image: true,
    disk_interface: 'virtio',
    disk_size: variable('disk_size'),
    format: 'qcow2',
    headless: true,
    iso_checksum: variable('disk_checksum'),
    iso_url: variable('disk'),
    memory: variable('memory'),
    net_device: 'virtio-net',
    output_directory: variable('output_directory'),
    shutdown_command: 'systemctl poweroff',
    ssh_private_key_file: variable('ssh_private_key_file'),
    ssh_timeout: variable('ssh_timeout'),
    ssh_username: 'root',
    vm_name: expression('"${var.image_name}.qcow2"'),
  },
};
