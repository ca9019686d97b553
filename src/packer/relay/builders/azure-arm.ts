import { azure } from '../../../model/clouds/azure.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { choice, credential, own } from '../variables.ts';

export const azureArm: Builder = {
  type: azure.packer.builder,
  cloud: azure,
  plugin: hashicorp('azure'),
  isInDebian: true,
  variables: {
    subscription_id: own('subscription_id', 'subscription', 'ARM_SUBSCRIPTION_ID'),
    tenant_id: own('tenant_id', 'tenant', 'ARM_TENANT_ID'),
    client_id: own('client_id', 'client of the service principal', 'ARM_CLIENT_ID'),
    client_secret: credential('client_secret', 'secret of the service principal', 'ARM_CLIENT_SECRET'),
    resource_group: own('resource_group', 'resource group for the image', 'ARM_RESOURCE_GROUP'),
    location: choice('location', 'Location', azure.packer.region.value),
    vm_size: choice('vm_size', 'Size of the machine', azure.packer.machine.value),
  },
  settings: {
    client_id: variable('client_id'),
    client_secret: variable('client_secret'),
    image_offer: azure.packer.image.value,
    image_publisher: 'Debian',
    image_sku: '12-gen2',
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
