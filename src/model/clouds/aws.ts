import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const aws = {
  name: 'aws',
  aliases: ['ec2', 'amazon'],
  title: 'Amazon EC2',
  userData: {
    edit: documented(
      'stop the instance; Actions, Instance settings, Edit user data; start it. Only an Elastic IP stays the same',
      'EC2 user guide, instancedata-add-user-data',
    ),
    form: unconfirmed('Launch instance, image Debian 12, Advanced details, "User data"', 'its console'),
    limit: documented({ bytes: 16_384, of: 'text' }, 'EC2 user guide, instancedata-add-user-data'),
    encoding: documented(
      'plain text in the console, base64 in the API',
      'EC2 user guide, instancedata-add-user-data',
    ),
    gzip: reported('as it is', 'coreos/bugs#741, k0smotron'),
  },
  cloudInit: {
    names: ['aws'],
    datasource: documented('Ec2', 'ds-identify of cloud-init 22.4.2'),
    // The UUID and the serial number both begin with ec2.
    dmi: documented(
      {
        product_uuid: 'ec23c7a3e-2c51-4d4c-9b6e-0a6f4f2f7d11',
        product_serial: 'ec23c7a3e-2c51-4d4c-9b6e-0a6f4f2f7d11',
        sys_vendor: 'Amazon EC2',
        chassis_asset_tag: 'Amazon EC2',
      },
      'ds-identify of cloud-init 22.4.2',
    ),
    ipv4: documented('meta_data.public_ipv4', 'DataSourceEc2.py of cloud-init 22.4.2'),
    // Only where "tags in instance metadata" is switched on.
    tags: documented('meta_data.tags.instance', 'DataSourceEc2.py of cloud-init 22.4.2'),
  },
  port25: documented(
    {
      state: 'on request',
      text: 'outgoing 25 is blocked on all instances',
      help: 'Fill in its form “Request to remove email sending limitations”.',
    },
    'EC2 user guide, ec2-resource-limits',
  ),
  reverseDns: reported('for an Elastic IP, with the same form', 'EC2 users'),
  firewall: unconfirmed(
    {
      name: 'security group',
      isClosed: true,
      where: 'EC2, Security Groups, Inbound rules; source 0.0.0.0/0 and ::/0',
    },
    'its console',
  ),
  login: documented('admin', 'Debian Cloud Team, wiki page on Amazon EC2'),
  // `.internal` is never a public name.
  defaultDomains: documented(
    ['compute.amazonaws.com', 'compute-1.amazonaws.com', 'compute.amazonaws.com.cn'],
    'EC2 user guide, instance hostname types',
  ),
  imageImport: documented('VM Import: OVA, VMDK, VHD, VHDX or raw', 'packer-plugin-amazon, amazon-import'),
  packer: {
    builder: 'amazon-ebs',
    image: asOf('2026-11', documented('debian-12-amd64-*', 'Debian Cloud Team, wiki page on Amazon EC2')),
    owner: asOf('2026-11', documented('136693071363', 'Debian Cloud Team, wiki page on Amazon EC2')),
    machine: asOf('2026-11', documented('t3.micro', 'EC2 user guide, instance types')),
    region: asOf('2026-11', documented('eu-central-1', 'EC2 user guide, regions')),
    lists: documented(
      {
        instance_type: 'aws ec2 describe-instance-types --query InstanceTypes[].InstanceType',
        region: 'aws ec2 describe-regions',
        image_pattern: 'aws ec2 describe-images --owners 136693071363 --filters Name=name,Values=debian-12-*',
      },
      'aws, its client',
    ),
  },
} as const satisfies Cloud;
