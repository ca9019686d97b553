import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';
import { openstack } from './openstack.ts';

/** An OpenStack, and to cloud-init nothing else. */
export const ovh = {
  ...openstack,
  name: 'ovh',
  aliases: ['ovhcloud'],
  title: 'OVHcloud Public Cloud',
  userData: {
    ...openstack.userData,
    form: unconfirmed('Create instance, image Debian 12, "Post-installation script"', 'its panel'),
  },
  cloudInit: { ...openstack.cloudInit, names: [] },
  port25: documented(
    { state: 'open', text: 'open; closed when mail looks like spam' },
    'ovh/docs, anti-spam',
  ),
  reverseDns: documented('in the panel, once the A record is there', 'ovh/docs, reverse DNS'),
  defaultDomains: reported(
    ['ovh.ca', 'ovh.net', 'ovh.us', 'kimsufi.com', 'ip-N-N-N.eu', 'ip-N-N-N.net', 'ip-N-N-N.us'],
    'names of rented machines, as in Received fields of public mailing lists',
  ),
  imageImport: documented('Glance: raw or qcow2', 'ovh/docs, upload_own_image'),
  packer: {
    builder: 'openstack',
    image: asOf('2026-11', documented('Debian 12', "OVHcloud's list of images")),
    machine: asOf('2026-11', documented('d2-2', "OVHcloud's list of flavors")),
    network: asOf('2026-11', documented('Ext-Net', 'ovh/docs, networks of the Public Cloud')),
    endpoint: asOf('2026-11', documented('https://auth.cloud.ovh.net/v3', 'ovh/docs, openrc.sh')),
    lists: documented(
      {
        flavor: 'openstack flavor list',
        source_image: 'openstack image list',
        network: 'openstack network list',
      },
      'openstack, its client',
    ),
  },
} as const satisfies Cloud;
