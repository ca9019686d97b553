import { hetzner } from '../../../model/clouds/hetzner.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered } from '../variables.ts';

export const hcloud: Builder = {
  type: hetzner.packer.builder,
  cloud: hetzner,
  plugin: plugin('hcloud', 'hetznercloud/hcloud', '1.0.0'),
  isInDebian: true,
  variables: {
    token: credential('token', 'API token of the project', 'HCLOUD_TOKEN'),
    location: offered(
      'location',
      'Where the machine is while it is made',
      hetzner.packer.region,
      hetzner.packer,
    ),
    server_type: offered(
      'server_type',
      'Type of the machine; its disk is the smallest an image fits on',
      hetzner.packer.machine,
      hetzner.packer,
    ),
    image: offered('image', 'Image of Debian 12', hetzner.packer.image, hetzner.packer),
  },
  settings: {
    image: variable('image'),
    location: variable('location'),
    server_type: variable('server_type'),
    snapshot_name: IMAGE_NAME,
    ssh_username: hetzner.login.value,
    token: variable('token'),
  },
};
