import { vultr as cloud } from '../../../model/clouds/vultr.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered, offeredNumber } from '../variables.ts';

export const vultr: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('vultr', 'vultr/vultr', '2.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'VULTR_API_KEY'),
    region_id: offered('region_id', 'Region', cloud.packer.region, cloud.packer),
    plan_id: offered('plan_id', 'Plan of the machine', cloud.packer.machine, cloud.packer),
    os_id: offeredNumber('os_id', 'Number of Debian 12', cloud.packer.image, cloud.packer),
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
