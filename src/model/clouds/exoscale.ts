import type { Cloud } from './cloud.ts';
import { asOf, documented, unconfirmed } from './fact.ts';

export const exoscale = {
  name: 'exoscale',
  aliases: [],
  title: 'Exoscale',
  userData: {
    edit: unconfirmed('edit the user data of the instance in the portal; then reboot', 'its portal'),
    form: unconfirmed('Add instance, template Debian 12, "User data"', 'its portal'),
    limit: documented({ bytes: 32_767, of: 'base64' }, 'terraform-provider-exoscale, utils.go'),
    encoding: documented('base64', 'terraform-provider-exoscale, utils.go'),
    gzip: documented('as it is', 'exoscale/cli, --cloud-init-compress'),
  },
  cloudInit: {
    names: ['exoscale'],
    datasource: documented('Exoscale', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ product_name: 'Exoscale Compute Platform' }, 'ds-identify of cloud-init 22.4.2'),
    ipv4: documented('meta_data.public_ipv4', 'DataSourceExoscale.py of cloud-init 22.4.2'),
  },
  port25: unconfirmed(
    { state: 'on request', text: 'blocked by default', help: 'Ask its support to open it.' },
    'the provider',
  ),
  reverseDns: documented('an attribute of the instance', 'terraform-provider-exoscale, reverse_dns'),
  firewall: unconfirmed(
    { name: 'security group', isClosed: true, where: 'Compute, Security Groups: ingress' },
    'its portal',
  ),
  login: documented('debian', 'packer-plugin-exoscale, examples'),
  imageImport: documented('qcow2 from a URL', 'exoscale/cli, template register'),
  packer: {
    builder: 'exoscale',
    image: asOf('2026-11', documented('Linux Debian 12 (Bookworm) 64-bit', "Exoscale's list of templates")),
    machine: asOf('2026-11', documented('standard.tiny', "Exoscale's list of instance types")),
    region: asOf('2026-11', documented('de-fra-1', "Exoscale's list of zones")),
    lists: documented(
      {
        instance_type: 'exo compute instance-type list',
        zone: 'exo zone',
        instance_template: 'exo compute instance-template list',
      },
      'exo, its client',
    ),
  },
} as const satisfies Cloud;
