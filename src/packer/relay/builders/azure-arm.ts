import { azure } from '../../../model/clouds/azure.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { credential, offered, own } from '../variables.ts';

export const azureArm: Builder = {
  type: azure.packer.builder,
  cloud: azure,
  plugin: hashicorp('azure', '2.0.0'),
  isInDebian: true,
  variables: {
    subscription_id: own('subscription_id', 'subscription', 'ARM_SUBSCRIPTION_ID'),
    tenant_id: own('tenant_id', 'tenant', 'ARM_TENANT_ID'),
    client_id: own('client_id', 'client of the service principal', 'ARM_CLIENT_ID'),
    client_secret: credential('client_secret', 'secret of the service principal', 'ARM_CLIENT_SECRET'),
    resource_group: own('resource_group', 'resource group for the image', 'ARM_RESOURCE_GROUP'),
    location: offered('location', 'Location', azure.packer.region, azure.packer),
    vm_size: offered(
      'vm_size',
      'Size of the machine; one that has machines of generation 1',
      azure.packer.machine,
      azure.packer,
    ),
    image_publisher: offered('image_publisher', 'Publisher of Debian 12', azure.packer.owner, azure.packer),
    image_offer: offered('image_offer', 'Offer of Debian 12', azure.packer.family, azure.packer),
    image_sku: offered('image_sku', 'SKU of Debian 12, of generation 1', azure.packer.image, azure.packer),
  },
  settings: {
    client_id: variable('client_id'),
    client_secret: variable('client_secret'),
    image_offer: variable('image_offer'),
    image_publisher: variable('image_publisher'),
    image_sku: variable('image_sku'),
    location: variable('location'),
    managed_image_name: IMAGE_NAME,
    managed_image_resource_group_name: variable('resource_group'),
    os_type: 'Linux',
    ssh_username: 'debian',
    subscription_id: variable('subscription_id'),
    tenant_id: variable('tenant_id'),
    vm_size: variable('vm_size'),
  },
};
