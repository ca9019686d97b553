import { exoscale as cloud } from '../../../model/clouds/exoscale.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered } from '../variables.ts';

export const exoscale: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('exoscale', 'exoscale/exoscale', '0.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'EXOSCALE_API_KEY'),
    api_secret: credential('api_secret', 'API secret', 'EXOSCALE_API_SECRET'),
    zone: offered('zone', 'Zone', cloud.packer.region, cloud.packer),
    instance_type: offered('instance_type', 'Type of the machine', cloud.packer.machine, cloud.packer),
    instance_template: offered(
      'instance_template',
      "Name of the cloud's template of Debian 12",
      cloud.packer.image,
      cloud.packer,
    ),
  },
  settings: {
    api_key: variable('api_key'),
    api_secret: variable('api_secret'),
    instance_template: variable('instance_template'),
    instance_type: variable('instance_type'),
    ssh_username: cloud.login.value,
    template_name: IMAGE_NAME,
    template_username: cloud.login.value,
    template_zones: [variable('zone')],
  },
};
