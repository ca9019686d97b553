import { linode as cloud } from '../../../model/clouds/linode.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const linode: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('linode', 'linode/linode', '1.0.0'),
  isInDebian: false,
  variables: {
    linode_token: credential('linode_token', 'API token', 'LINODE_TOKEN'),
    region: choice('region', 'Region', cloud.packer.region.value),
    instance_type: choice('instance_type', 'Type of the machine', cloud.packer.machine.value),
  },
  settings: {
    image: cloud.packer.image.value,
    image_description: 'chatmail relay that sets itself up',
    image_label: IMAGE_NAME,
    instance_type: variable('instance_type'),
    linode_token: variable('linode_token'),
    region: variable('region'),
    ssh_username: cloud.login.value,
  },
};
