import { upcloud as cloud } from '../../../model/clouds/upcloud.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered, own } from '../variables.ts';

export const upcloud: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('upcloud', 'UpCloudLtd/upcloud', '1.0.0'),
  isInDebian: false,
  variables: {
    username: own('username', 'user of the API', 'UPCLOUD_USERNAME'),
    password: credential('password', 'password of that user', 'UPCLOUD_PASSWORD'),
    zone: offered('zone', 'Zone', cloud.packer.region, cloud.packer),
    storage_name: offered(
      'storage_name',
      'Beginning of the name of the template of Debian 12',
      cloud.packer.image,
      cloud.packer,
    ),
  },
  settings: {
    password: variable('password'),
    storage_name: variable('storage_name'),
    template_name: IMAGE_NAME,
    username: variable('username'),
    zone: variable('zone'),
  },
};
