import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { choice, credential, own } from '../variables.ts';

export const scaleway: Builder = {
  type: 'scaleway',
  cloud: 'Scaleway',
  plugin: plugin('scaleway', 'scaleway/scaleway', '1.0.5'),
  isInDebian: true,
  variables: {
    project_id: own('project_id', 'project', 'SCW_DEFAULT_PROJECT_ID'),
    access_key: credential('access_key', 'access key', 'SCW_ACCESS_KEY'),
    secret_key: credential('secret_key', 'secret key', 'SCW_SECRET_KEY'),
    zone: choice('zone', 'Zone', 'fr-par-1'),
    commercial_type: choice('commercial_type', 'Type of the machine', 'DEV1-S'),
  },
  settings: {
    access_key: variable('access_key'),
    commercial_type: variable('commercial_type'),
    image: 'debian_bookworm',
    image_name: IMAGE_NAME,
    project_id: variable('project_id'),
    secret_key: variable('secret_key'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
    zone: variable('zone'),
  },
};
