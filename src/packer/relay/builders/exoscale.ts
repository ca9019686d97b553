import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential } from '../variables.ts';

export const exoscale: Builder = {
  type: 'exoscale',
  cloud: 'Exoscale',
  plugin: plugin('exoscale', 'exoscale/exoscale', '0.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'EXOSCALE_API_KEY'),
    api_secret: credential('api_secret', 'API secret', 'EXOSCALE_API_SECRET'),
    zone: choice('zone', 'Zone', 'de-fra-1'),
    instance_type: choice('instance_type', 'Type of the machine', 'standard.tiny'),
    instance_template: {
      type: 'string',
      description: "Name of the cloud's template of Debian 12.",
      default: 'Linux Debian 12 (Bookworm) 64-bit',
    },
  },
  settings: {
    api_key: variable('api_key'),
    api_secret: variable('api_secret'),
    instance_template: variable('instance_template'),
    instance_type: variable('instance_type'),
    ssh_username: 'debian',
    template_name: IMAGE_NAME,
    template_username: 'debian',
    template_zones: [variable('zone')],
  },
};
