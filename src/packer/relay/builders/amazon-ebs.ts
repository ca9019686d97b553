import { aws } from '../../../model/clouds/aws.ts';
import { blocks } from '../../template.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { choice } from '../variables.ts';

export const amazonEbs: Builder = {
  type: aws.packer.builder,
  cloud: aws,
  plugin: hashicorp('amazon'),
  isInDebian: true,
  // The credentials are where every program for AWS looks for them: the environment, a profile, the instance.
  variables: {
    region: choice('region', 'Region', aws.packer.region.value),
    instance_type: choice('instance_type', 'Type of the machine', aws.packer.machine.value),
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
        name: aws.packer.image.value,
        'root-device-type': 'ebs',
        'virtualization-type': 'hvm',
      },
      most_recent: true,
      // Debian's own account: https://wiki.debian.org/Cloud/AmazonEC2Image
      owners: ['136693071363'],
    }),
  },
};
