import { vultr as cloud } from '../../../model/clouds/vultr.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const vultr: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('vultr', 'vultr/vultr', '2.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'VULTR_API_KEY'),
    region_id: choice('region_id', 'Region', cloud.packer.region.value),
    plan_id: choice('plan_id', 'Plan of the machine', cloud.packer.machine.value),
    os_id: {
      type: 'number',
      description: 'Number of Debian 12 in the list of operating systems of the API.',
      default: Number(cloud.packer.image.value),
    },
  },
  settings: {
    api_key: variable('api_key'),
    os_id: variable('os_id'),
    plan_id: variable('plan_id'),
    region_id: variable('region_id'),
    snapshot_description: IMAGE_NAME,
    ssh_username: cloud.login.value,
  },
};
