import { linode as cloud } from '../../../model/clouds/linode.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered } from '../variables.ts';

export const linode: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('linode', 'linode/linode', '1.0.0'),
  isInDebian: false,
  variables: {
    linode_token: credential('linode_token', 'API token', 'LINODE_TOKEN'),
    region: offered('region', 'Region', cloud.packer.region, cloud.packer),
    instance_type: offered('instance_type', 'Type of the machine', cloud.packer.machine, cloud.packer),
    image: offered('image', 'Image of Debian 12', cloud.packer.image, cloud.packer),
  },
  settings: {
    image: variable('image'),
    image_description: 'chatmail relay that sets itself up',
    image_label: IMAGE_NAME,
    instance_type: variable('instance_type'),
    linode_token: variable('linode_token'),
    region: variable('region'),
    ssh_username: cloud.login.value,
  },
};
