import { google } from '../../../model/clouds/google.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { offered, own } from '../variables.ts';

export const googlecompute: Builder = {
  type: google.packer.builder,
  cloud: google,
  plugin: hashicorp('googlecompute'),
  isInDebian: true,
  // The credentials are Google's application default credentials.
  variables: {
    project_id: own('project_id', 'project', 'GOOGLE_CLOUD_PROJECT'),
    zone: offered('zone', 'Zone', google.packer.region, google.packer),
    machine_type: offered('machine_type', 'Type of the machine', google.packer.machine, google.packer),
    source_image_family: offered(
      'source_image_family',
      'Family of images of Debian 12',
      google.packer.image,
      google.packer,
    ),
  },
  settings: {
    image_description: 'chatmail relay that sets itself up',
    image_family: variable('image_name'),
    image_name: IMAGE_NAME,
    machine_type: variable('machine_type'),
    project_id: variable('project_id'),
    source_image_family: variable('source_image_family'),
    ssh_username: google.login.value,
    zone: variable('zone'),
  },
};
