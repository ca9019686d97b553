import { ovh } from '../../../model/clouds/ovh.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { choice, credential, offered, own } from '../variables.ts';

/** The defaults are OVHcloud's; any OpenStack takes its own. */
export const openstack: Builder = {
  type: ovh.packer.builder,
  cloud: ovh,
  plugin: hashicorp('openstack'),
  isInDebian: true,
  variables: {
    username: own('username', 'user', 'OS_USERNAME'),
    password: credential('password', 'password of the user', 'OS_PASSWORD'),
    tenant_id: own('tenant_id', 'project', 'OS_TENANT_ID'),
    region: own('region', 'region', 'OS_REGION_NAME'),
    identity_endpoint: offered('identity_endpoint', 'Address of Keystone', ovh.packer.endpoint, ovh.packer),
    domain_name: choice('domain_name', 'Domain of the user', 'Default'),
    flavor: offered('flavor', 'Flavor of the machine', ovh.packer.machine, ovh.packer),
    network: offered('network', 'Network with access to the Internet', ovh.packer.network, ovh.packer),
    source_image: offered(
      'source_image',
      "Name of the cloud's image of Debian 12",
      ovh.packer.image,
      ovh.packer,
    ),
  },
  settings: {
    domain_name: variable('domain_name'),
    flavor: variable('flavor'),
    identity_endpoint: variable('identity_endpoint'),
    image_name: IMAGE_NAME,
    networks: [variable('network')],
    password: variable('password'),
    region: variable('region'),
    source_image_name: variable('source_image'),
    ssh_username: ovh.login.value,
    tenant_id: variable('tenant_id'),
    username: variable('username'),
  },
};
