import { hetzner } from '../../../model/clouds/hetzner.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const hcloud: Builder = {
  type: hetzner.packer.builder,
  cloud: hetzner,
  plugin: plugin('hcloud', 'hetznercloud/hcloud', '1.0.0'),
  isInDebian: true,
  variables: {
    token: credential('token', 'API token of the project', 'HCLOUD_TOKEN'),
    location: choice('location', 'Where the machine is while it is made', hetzner.packer.region.value),
    server_type: choice(
      'server_type',
      'Type of the machine; its disk is the smallest an image fits on',
      hetzner.packer.machine.value,
    ),
  },
  settings: {
    image: hetzner.packer.image.value,
    location: variable('location'),
    server_type: variable('server_type'),
    snapshot_name: IMAGE_NAME,
    ssh_username: hetzner.login.value,
    token: variable('token'),
  },
};
