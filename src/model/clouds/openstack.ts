import type { Cloud } from './cloud.ts';
import { documented, reported, unconfirmed } from './fact.ts';

export const openstack = {
  name: 'openstack',
  aliases: [],
  title: 'OpenStack',
  userData: {
    replace: documented(
      '`openstack server rebuild --image IMAGE --user-data relay.txt SERVER`, which keeps the address',
      'nova, API microversion 2.57; python-openstackclient, server rebuild',
    ),
    form: unconfirmed('Create instance, image Debian 12, "Customization script"', 'Horizon'),
    limit: documented({ bytes: 65_535, of: 'base64' }, 'nova, schemas/servers.py'),
    encoding: documented(
      'base64 in the API; the client and the panel encode by themselves',
      'nova, doc/source/user/metadata.rst',
    ),
    gzip: reported('as it is', 'sylva-core, merge request 4326'),
  },
  cloudInit: {
    names: ['openstack', 'configdrive'],
    datasource: documented('OpenStack or ConfigDrive', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ product_name: 'OpenStack Nova' }, 'ds-identify of cloud-init 22.4.2'),
    // A floating address; it may be empty.
    ipv4: documented('ec2_metadata.public_ipv4', 'DataSourceOpenStack.py of cloud-init 22.4.2'),
    tags: documented('meta_data.meta', 'DataSourceOpenStack.py of cloud-init 22.4.2'),
  },
  port25: unconfirmed({ state: 'on request', text: 'depends on the operator' }, 'the operator'),
  reverseDns: unconfirmed(
    'ask the operator; with Designate, `openstack ptr record set`',
    'designate, PTR records',
  ),
  firewall: unconfirmed(
    { name: 'security group', isClosed: true, where: 'Network, Security Groups, Manage Rules: ingress' },
    'Horizon',
  ),
  login: documented('debian', 'Debian Cloud Team, images for OpenStack'),
  defaultDomains: reported(['novalocal', 'openstacklocal'], 'nova, dhcp_domain; neutron, dns_domain'),
  imageImport: documented('Glance: raw or qcow2', "Glance's documentation"),
} as const satisfies Cloud;
