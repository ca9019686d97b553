import { digitalocean as cloud } from '../../../model/clouds/digitalocean.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const digitalocean: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('digitalocean', 'digitalocean/digitalocean', '1.0.0'),
  isInDebian: true,
  variables: {
    api_token: credential('api_token', 'API token', 'DIGITALOCEAN_TOKEN'),
    region: choice('region', 'Region', cloud.packer.region.value),
    size: choice('size', 'Size of the machine', cloud.packer.machine.value),
  },
  settings: {
    api_token: variable('api_token'),
    image: cloud.packer.image.value,
    region: variable('region'),
    size: variable('size'),
    snapshot_name: IMAGE_NAME,
    ssh_username: cloud.login.value,
  },
};
