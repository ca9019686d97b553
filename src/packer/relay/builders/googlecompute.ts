import { google } from '../../../model/clouds/google.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { choice, own } from '../variables.ts';

export const googlecompute: Builder = {
  type: google.packer.builder,
  cloud: google,
  plugin: hashicorp('googlecompute'),
  isInDebian: true,
  // The credentials are Google's application default credentials.
  variables: {
    project_id: own('project_id', 'project', 'GOOGLE_CLOUD_PROJECT'),
    zone: choice('zone', 'Zone', google.packer.region.value),
    machine_type: choice('machine_type', 'Type of the machine', google.packer.machine.value),
  },
  settings: {
    image_description: 'chatmail relay that sets itself up',
    image_family: variable('image_name'),
    image_name: IMAGE_NAME,
    machine_type: variable('machine_type'),
    project_id: variable('project_id'),
    source_image_family: google.packer.image.value,
    ssh_username: google.login.value,
    zone: variable('zone'),
  },
};
