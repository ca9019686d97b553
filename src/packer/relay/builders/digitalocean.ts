import { digitalocean as cloud } from '../../../model/clouds/digitalocean.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered } from '../variables.ts';

export const digitalocean: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('digitalocean', 'digitalocean/digitalocean', '1.0.0'),
  isInDebian: true,
  variables: {
    api_token: credential('api_token', 'API token', 'DIGITALOCEAN_TOKEN'),
    region: offered('region', 'Region', cloud.packer.region, cloud.packer),
    size: offered('size', 'Size of the machine', cloud.packer.machine, cloud.packer),
    image: offered('image', 'Image of Debian 12', cloud.packer.image, cloud.packer),
  },
  settings: {
    api_token: variable('api_token'),
    image: variable('image'),
    region: variable('region'),
    size: variable('size'),
    snapshot_name: IMAGE_NAME,
    ssh_username: cloud.login.value,
  },
};
