import { scaleway as cloud } from '../../../model/clouds/scaleway.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential, own } from '../variables.ts';

export const scaleway: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('scaleway', 'scaleway/scaleway', '1.0.5'),
  isInDebian: true,
  variables: {
    project_id: own('project_id', 'project', 'SCW_DEFAULT_PROJECT_ID'),
    access_key: credential('access_key', 'access key', 'SCW_ACCESS_KEY'),
    secret_key: credential('secret_key', 'secret key', 'SCW_SECRET_KEY'),
    zone: choice('zone', 'Zone', cloud.packer.region.value),
    commercial_type: choice('commercial_type', 'Type of the machine', cloud.packer.machine.value),
  },
  settings: {
    access_key: variable('access_key'),
    commercial_type: variable('commercial_type'),
    image: cloud.packer.image.value,
    image_name: IMAGE_NAME,
    project_id: variable('project_id'),
    secret_key: variable('secret_key'),
    snapshot_name: IMAGE_NAME,
    ssh_username: cloud.login.value,
    zone: variable('zone'),
  },
};
