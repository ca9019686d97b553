import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const digitalocean: Builder = {
  type: 'digitalocean',
  cloud: 'DigitalOcean',
  plugin: plugin('digitalocean', 'digitalocean/digitalocean', '1.0.0'),
  isInDebian: true,
  variables: {
    api_token: credential('api_token', 'API token', 'DIGITALOCEAN_TOKEN'),
    region: choice('region', 'Region', 'fra1'),
    size: choice('size', 'Size of the machine', 's-1vcpu-1gb'),
  },
  settings: {
    api_token: variable('api_token'),
    image: 'debian-12-x64',
    region: variable('region'),
    size: variable('size'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
  },
};
