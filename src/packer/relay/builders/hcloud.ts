import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const hcloud: Builder = {
  type: 'hcloud',
  cloud: 'Hetzner Cloud',
  plugin: plugin('hcloud', 'hetznercloud/hcloud', '1.0.0'),
  isInDebian: true,
  variables: {
    token: credential('token', 'API token of the project', 'HCLOUD_TOKEN'),
    location: choice('location', 'Where the machine is while it is made', 'fsn1'),
    server_type: choice(
      'server_type',
      'Type of the machine; its disk is the smallest an image fits on',
      'cx22',
    ),
  },
  settings: {
    image: 'debian-12',
    location: variable('location'),
    server_type: variable('server_type'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
    token: variable('token'),
  },
};
