import { qemu as cloud } from '../../../model/clouds/qemu.ts';
import { expression } from '../../template.ts';
import { type Builder, hashicorp, variable } from '../builder.ts';
import { choice, own } from '../variables.ts';

/** Boots a disk of Debian here. Packer lets itself in through the cloud-init seed that is given with it. */
export const qemu: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: hashicorp('qemu'),
  isInDebian: true,
  variables: {
    disk: own(
      'disk',
      'path or URL of a Debian 12 disk with cloud-init, as `build --bare` makes one',
      'RELAY_DISK',
    ),
    disk_checksum: own(
      'disk_checksum',
      'checksum of the disk, such as sha512:0123abcd or none',
      'RELAY_DISK_CHECKSUM',
    ),
    seed: own(
      'seed',
      'folder with user-data and meta-data of a cloud-init seed that lets the key below in as root',
      'RELAY_SEED',
    ),
    ssh_private_key_file: own('ssh_private_key_file', 'key that the seed lets in as root', 'RELAY_SSH_KEY'),
    accelerator: {
      type: 'string',
      description:
        'How QEMU runs the machine: kvm, or tcg, which is slow; kvm where there is one when not set.',
      default: '',
    },
    disk_size: choice('disk_size', 'Size of the disk; it grows later', '4G'),
    cpus: { type: 'number', description: 'Processors of the machine.', default: 2 },
    memory: { type: 'number', description: 'Memory of the machine in MB.', default: 1024 },
    ssh_timeout: choice('ssh_timeout', 'How long the machine may take until it answers', '10m'),
    output_directory: {
      type: 'string',
      description: 'Folder for the disk, which must not exist; image beside this file when not set.',
      default: '',
    },
  },
  settings: {
    accelerator: variable('accelerator'),
    boot_wait: '1s',
    cpus: variable('cpus'),
    // This disk is not needed after a crash, so flushes are ignored.
    disk_cache: 'unsafe',
    disk_compression: true,
    // What the seal gives back to the disk is not in the file.
    disk_detect_zeroes: 'unmap',
    disk_discard: 'unmap',
    disk_image: true,
    disk_interface: 'virtio',
    disk_size: variable('disk_size'),
    format: 'qcow2',
    headless: true,
    http_directory: variable('seed'),
    iso_checksum: variable('disk_checksum'),
    iso_url: variable('disk'),
    memory: variable('memory'),
    net_device: 'virtio-net',
    output_directory: expression('var.output_directory != "" ? var.output_directory : "${path.root}/image"'),
    // cloud-init fetches the seed from Packer: neither a program that makes a CD nor a drive for it is needed.
    qemuargs: [
      ['-cpu', 'max'],
      ['-smbios', 'type=1,serial=ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/'],
      // To be looked at where the machine does not answer.
      ['-serial', expression('"file:${path.root}/console.log"')],
    ],
    shutdown_command: 'systemctl poweroff',
    ssh_private_key_file: variable('ssh_private_key_file'),
    ssh_timeout: variable('ssh_timeout'),
    ssh_username: 'root',
    vm_name: expression('"${var.image_name}.qcow2"'),
  },
};
