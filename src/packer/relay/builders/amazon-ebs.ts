import { aws } from '../../../model/clouds/aws.ts';
import { blocks } from '../../template.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { offered } from '../variables.ts';

export const amazonEbs: Builder = {
  type: aws.packer.builder,
  cloud: aws,
  plugin: hashicorp('amazon'),
  isInDebian: true,
  // The credentials are where every program for AWS looks for them: the environment, a profile, the instance.
  variables: {
    region: offered('region', 'Region', aws.packer.region, aws.packer),
    instance_type: offered('instance_type', 'Type of the machine', aws.packer.machine, aws.packer),
    image_pattern: offered(
      'image_pattern',
      'Pattern of the name of the image of Debian 12',
      aws.packer.image,
      aws.packer,
    ),
    image_owner: offered('image_owner', "Debian's own account", aws.packer.owner, aws.packer),
  },
  settings: {
    ami_description: 'chatmail relay that sets itself up',
    ami_name: IMAGE_NAME,
    ena_support: true,
    instance_type: variable('instance_type'),
    region: variable('region'),
    ssh_username: aws.login.value,
    source_ami_filter: blocks({
      filters: {
        architecture: 'x86_64',
        name: variable('image_pattern'),
        'root-device-type': 'ebs',
        'virtualization-type': 'hvm',
      },
      most_recent: true,
      owners: [variable('image_owner')],
    }),
  },
};
