import { scaleway as cloud } from '../../../model/clouds/scaleway.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { credential, offered, own } from '../variables.ts';

export const scaleway: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('scaleway', 'scaleway/scaleway', '1.0.5'),
  isInDebian: true,
  variables: {
    project_id: own('project_id', 'project', 'SCW_DEFAULT_PROJECT_ID'),
    access_key: credential('access_key', 'access key', 'SCW_ACCESS_KEY'),
    secret_key: credential('secret_key', 'secret key', 'SCW_SECRET_KEY'),
    zone: offered('zone', 'Zone', cloud.packer.region, cloud.packer),
    commercial_type: offered('commercial_type', 'Type of the machine', cloud.packer.machine, cloud.packer),
    image: offered('image', 'Image of Debian 12', cloud.packer.image, cloud.packer),
  },
  settings: {
    access_key: variable('access_key'),
    commercial_type: variable('commercial_type'),
    image: variable('image'),
    image_name: IMAGE_NAME,
    project_id: variable('project_id'),
    secret_key: variable('secret_key'),
    ssh_username: cloud.login.value,
    zone: variable('zone'),
  },
};
