import { blocks, expression } from '../template.ts';
import { type Builder, IMAGE_NAME, variable } from './builder.ts';
import { choice, credential, own } from './variables.ts';

const plugin = (name: string, source: string, version: string) => ({
  name,
  source: `github.com/${source}`,
  version: `>= ${version}`,
});

const hashicorp = (name: string) => plugin(name, `hashicorp/${name}`, '1.0.0');

/** Boots a disk of Debian here. Packer lets itself in through the cloud-init seed that is given with it. */
const qemu: Builder = {
  type: 'qemu',
  cloud: 'this machine, with QEMU',
  plugin: hashicorp('qemu'),
  isInDebian: true,
  variables: {
    disk: own('disk', 'path or URL of a Debian 12 disk with cloud-init', 'RELAY_DISK'),
    disk_checksum: own(
      'disk_checksum',
      'checksum of the disk, such as sha512:0123abcd or none',
      'RELAY_DISK_CHECKSUM',
    ),
    seed: {
      type: 'list(string)',
      description: 'Files user-data and meta-data of a cloud-init seed that lets the key below in as root.',
      default: [],
    },
    ssh_private_key_file: own('ssh_private_key_file', 'key that the seed lets in as root', 'RELAY_SSH_KEY'),
    accelerator: choice('accelerator', 'How QEMU runs the machine: kvm, or tcg where that is missing', 'kvm'),
    disk_size: choice('disk_size', 'Size of the disk; it grows later', '4G'),
    memory: { type: 'number', description: 'Memory of the machine in MB.', default: 1024 },
    ssh_timeout: choice('ssh_timeout', 'How long the machine may take until it answers', '10m'),
    output_directory: {
      type: 'string',
      description: 'Folder for the disk; it must not exist.',
      default: 'output-qemu',
    },
  },
  settings: {
    accelerator: variable('accelerator'),
    boot_wait: '1s',
    cd_files: variable('seed'),
    cd_label: 'cidata',
    disk_compression: true,
    disk_image: true,
    disk_interface: 'virtio',
    disk_size: variable('disk_size'),
    format: 'qcow2',
    headless: true,
    iso_checksum: variable('disk_checksum'),
    iso_url: variable('disk'),
    memory: variable('memory'),
    net_device: 'virtio-net',
    output_directory: variable('output_directory'),
    shutdown_command: 'systemctl poweroff',
    ssh_private_key_file: variable('ssh_private_key_file'),
    ssh_timeout: variable('ssh_timeout'),
    ssh_username: 'root',
    vm_name: expression('"${var.image_name}.qcow2"'),
  },
};

const hcloud: Builder = {
  type: 'hcloud',
  cloud: 'Hetzner Cloud',
  plugin: plugin('hcloud', 'hetznercloud/hcloud', '1.0.0'),
  isInDebian: true,
  variables: {
    token: credential('token', 'API token of the project', 'HCLOUD_TOKEN'),
    location: choice('location', 'Where the machine is while it is made', 'fsn1'),
    server_type: choice(
      'server_type',
      'Type of the machine; its disk is the smallest an image fits on',
      'cx22',
    ),
  },
  settings: {
    image: 'debian-12',
    location: variable('location'),
    server_type: variable('server_type'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
    token: variable('token'),
  },
};

const amazonEbs: Builder = {
  type: 'amazon-ebs',
  cloud: 'Amazon EC2',
  plugin: hashicorp('amazon'),
  isInDebian: true,
  // The credentials are where every program for AWS looks for them: the environment, a profile, the instance.
  variables: {
    region: choice('region', 'Region', 'eu-central-1'),
    instance_type: choice('instance_type', 'Type of the machine', 't3.micro'),
  },
  settings: {
    ami_description: 'chatmail relay that sets itself up',
    ami_name: IMAGE_NAME,
    ena_support: true,
    instance_type: variable('instance_type'),
    region: variable('region'),
    ssh_username: 'admin',
    source_ami_filter: blocks({
      filters: {
        architecture: 'x86_64',
        name: 'debian-12-amd64-*',
        'root-device-type': 'ebs',
        'virtualization-type': 'hvm',
      },
      most_recent: true,
      // Debian's own account: https://wiki.debian.org/Cloud/AmazonEC2Image
      owners: ['136693071363'],
    }),
  },
};

const digitalocean: Builder = {
  type: 'digitalocean',
  cloud: 'DigitalOcean',
  plugin: plugin('digitalocean', 'digitalocean/digitalocean', '1.0.0'),
  isInDebian: true,
  variables: {
    api_token: credential('api_token', 'API token', 'DIGITALOCEAN_TOKEN'),
    region: choice('region', 'Region', 'fra1'),
    size: choice('size', 'Size of the machine', 's-1vcpu-1gb'),
  },
  settings: {
    api_token: variable('api_token'),
    image: 'debian-12-x64',
    region: variable('region'),
    size: variable('size'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
  },
};

const googlecompute: Builder = {
  type: 'googlecompute',
  cloud: 'Google Compute Engine',
  plugin: hashicorp('googlecompute'),
  isInDebian: true,
  // The credentials are Google's application default credentials.
  variables: {
    project_id: own('project_id', 'project', 'GOOGLE_CLOUD_PROJECT'),
    zone: choice('zone', 'Zone', 'europe-west3-a'),
    machine_type: choice('machine_type', 'Type of the machine', 'e2-small'),
  },
  settings: {
    image_description: 'chatmail relay that sets itself up',
    image_family: variable('image_name'),
    image_name: IMAGE_NAME,
    machine_type: variable('machine_type'),
    project_id: variable('project_id'),
    source_image_family: 'debian-12',
    ssh_username: 'debian',
    zone: variable('zone'),
  },
};

const azureArm: Builder = {
  type: 'azure-arm',
  cloud: 'Microsoft Azure',
  plugin: hashicorp('azure'),
  isInDebian: true,
  variables: {
    subscription_id: own('subscription_id', 'subscription', 'ARM_SUBSCRIPTION_ID'),
    tenant_id: own('tenant_id', 'tenant', 'ARM_TENANT_ID'),
    client_id: own('client_id', 'client of the service principal', 'ARM_CLIENT_ID'),
    client_secret: credential('client_secret', 'secret of the service principal', 'ARM_CLIENT_SECRET'),
    resource_group: own('resource_group', 'resource group for the image', 'ARM_RESOURCE_GROUP'),
    location: choice('location', 'Location', 'westeurope'),
    vm_size: choice('vm_size', 'Size of the machine', 'Standard_B1ms'),
  },
  settings: {
    client_id: variable('client_id'),
    client_secret: variable('client_secret'),
    image_offer: 'debian-12',
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

/** The defaults are OVHcloud's; any OpenStack takes its own. */
const openstack: Builder = {
  type: 'openstack',
  cloud: 'OVHcloud Public Cloud, or any OpenStack',
  plugin: hashicorp('openstack'),
  isInDebian: true,
  variables: {
    username: own('username', 'user', 'OS_USERNAME'),
    password: credential('password', 'password of the user', 'OS_PASSWORD'),
    tenant_id: own('tenant_id', 'project', 'OS_TENANT_ID'),
    region: own('region', 'region', 'OS_REGION_NAME'),
    identity_endpoint: choice('identity_endpoint', 'Address of Keystone', 'https://auth.cloud.ovh.net/v3'),
    domain_name: choice('domain_name', 'Domain of the user', 'Default'),
    flavor: choice('flavor', 'Flavor of the machine', 'd2-2'),
    network: choice('network', 'Network with access to the Internet', 'Ext-Net'),
    source_image: {
      type: 'string',
      description: "Name of the cloud's image of Debian 12.",
      default: 'Debian 12',
    },
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
    ssh_username: 'debian',
    tenant_id: variable('tenant_id'),
    username: variable('username'),
  },
};

const vultr: Builder = {
  type: 'vultr',
  cloud: 'Vultr',
  plugin: plugin('vultr', 'vultr/vultr', '2.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'VULTR_API_KEY'),
    region_id: choice('region_id', 'Region', 'fra'),
    plan_id: choice('plan_id', 'Plan of the machine', 'vc2-1c-1gb'),
    os_id: {
      type: 'number',
      description: 'Number of Debian 12 in the list of operating systems of the API.',
      default: 2136,
    },
  },
  settings: {
    api_key: variable('api_key'),
    os_id: variable('os_id'),
    plan_id: variable('plan_id'),
    region_id: variable('region_id'),
    snapshot_description: IMAGE_NAME,
    ssh_username: 'root',
  },
};

const linode: Builder = {
  type: 'linode',
  cloud: 'Linode (Akamai)',
  plugin: plugin('linode', 'linode/linode', '1.0.0'),
  isInDebian: false,
  variables: {
    linode_token: credential('linode_token', 'API token', 'LINODE_TOKEN'),
    region: choice('region', 'Region', 'eu-central'),
    instance_type: choice('instance_type', 'Type of the machine', 'g6-nanode-1'),
  },
  settings: {
    image: 'linode/debian12',
    image_description: 'chatmail relay that sets itself up',
    image_label: IMAGE_NAME,
    instance_type: variable('instance_type'),
    linode_token: variable('linode_token'),
    region: variable('region'),
    ssh_username: 'root',
  },
};

const scaleway: Builder = {
  type: 'scaleway',
  cloud: 'Scaleway',
  plugin: plugin('scaleway', 'scaleway/scaleway', '1.0.5'),
  isInDebian: true,
  variables: {
    project_id: own('project_id', 'project', 'SCW_DEFAULT_PROJECT_ID'),
    access_key: credential('access_key', 'access key', 'SCW_ACCESS_KEY'),
    secret_key: credential('secret_key', 'secret key', 'SCW_SECRET_KEY'),
    zone: choice('zone', 'Zone', 'fr-par-1'),
    commercial_type: choice('commercial_type', 'Type of the machine', 'DEV1-S'),
  },
  settings: {
    access_key: variable('access_key'),
    commercial_type: variable('commercial_type'),
    image: 'debian_bookworm',
    image_name: IMAGE_NAME,
    project_id: variable('project_id'),
    secret_key: variable('secret_key'),
    snapshot_name: IMAGE_NAME,
    ssh_username: 'root',
    zone: variable('zone'),
  },
};

const upcloud: Builder = {
  type: 'upcloud',
  cloud: 'UpCloud',
  plugin: plugin('upcloud', 'UpCloudLtd/upcloud', '1.0.0'),
  isInDebian: false,
  variables: {
    username: own('username', 'user of the API', 'UPCLOUD_USERNAME'),
    password: credential('password', 'password of that user', 'UPCLOUD_PASSWORD'),
    zone: choice('zone', 'Zone', 'de-fra1'),
    storage_name: {
      type: 'string',
      description: 'Beginning of the name of the template of Debian 12.',
      default: 'Debian GNU/Linux 12',
    },
  },
  settings: {
    password: variable('password'),
    storage_name: variable('storage_name'),
    template_name: IMAGE_NAME,
    username: variable('username'),
    zone: variable('zone'),
  },
};

const exoscale: Builder = {
  type: 'exoscale',
  cloud: 'Exoscale',
  plugin: plugin('exoscale', 'exoscale/exoscale', '0.5.0'),
  isInDebian: false,
  variables: {
    api_key: credential('api_key', 'API key', 'EXOSCALE_API_KEY'),
    api_secret: credential('api_secret', 'API secret', 'EXOSCALE_API_SECRET'),
    zone: choice('zone', 'Zone', 'de-fra-1'),
    instance_type: choice('instance_type', 'Type of the machine', 'standard.tiny'),
    instance_template: {
      type: 'string',
      description: "Name of the cloud's template of Debian 12.",
      default: 'Linux Debian 12 (Bookworm) 64-bit',
    },
  },
  settings: {
    api_key: variable('api_key'),
    api_secret: variable('api_secret'),
    instance_template: variable('instance_template'),
    instance_type: variable('instance_type'),
    ssh_username: 'debian',
    template_name: IMAGE_NAME,
    template_username: 'debian',
    template_zones: [variable('zone')],
  },
};

const oracleOci: Builder = {
  type: 'oracle-oci',
  cloud: 'Oracle Cloud',
  plugin: hashicorp('oracle'),
  isInDebian: true,
  variables: {
    tenancy_ocid: own('tenancy_ocid', 'tenancy', 'OCI_TENANCY_OCID'),
    user_ocid: own('user_ocid', 'user', 'OCI_USER_OCID'),
    fingerprint: own('fingerprint', 'fingerprint of the API key', 'OCI_FINGERPRINT'),
    key_file: own('key_file', 'file of the API key', 'OCI_KEY_FILE'),
    region: choice('region', 'Region', 'eu-frankfurt-1'),
    availability_domain: own('availability_domain', 'availability domain', 'OCI_AVAILABILITY_DOMAIN'),
    compartment_ocid: own('compartment_ocid', 'compartment', 'OCI_COMPARTMENT_OCID'),
    subnet_ocid: own('subnet_ocid', 'subnet with access to the Internet', 'OCI_SUBNET_OCID'),
    // The cloud has no Debian of its own.
    base_image_ocid: own('base_image_ocid', 'image of Debian 12 that was imported', 'OCI_BASE_IMAGE_OCID'),
    shape: choice('shape', 'Shape of the machine', 'VM.Standard.E2.1.Micro'),
  },
  settings: {
    availability_domain: variable('availability_domain'),
    base_image_ocid: variable('base_image_ocid'),
    compartment_ocid: variable('compartment_ocid'),
    fingerprint: variable('fingerprint'),
    image_name: IMAGE_NAME,
    key_file: variable('key_file'),
    region: variable('region'),
    shape: variable('shape'),
    ssh_username: 'debian',
    subnet_ocid: variable('subnet_ocid'),
    tenancy_ocid: variable('tenancy_ocid'),
    user_ocid: variable('user_ocid'),
  },
};

const proxmoxClone: Builder = {
  type: 'proxmox-clone',
  cloud: 'Proxmox VE',
  plugin: hashicorp('proxmox'),
  isInDebian: true,
  variables: {
    proxmox_url: own('proxmox_url', 'address of the API, with /api2/json', 'PROXMOX_URL'),
    username: own('username', 'user with its realm', 'PROXMOX_USERNAME'),
    password: credential('password', 'password of the user', 'PROXMOX_PASSWORD'),
    node: own('node', 'node', 'PROXMOX_NODE'),
    clone_vm: own('clone_vm', 'template of Debian 12 to clone, with a cloud-init drive', 'PROXMOX_CLONE_VM'),
    bridge: choice('bridge', 'Bridge with access to the Internet', 'vmbr0'),
  },
  settings: {
    clone_vm: variable('clone_vm'),
    // No dot or blank is taken in names of machines here.
    template_name: IMAGE_NAME,
    cloud_init: true,
    // What the template has as a drive for cloud-init is replaced by an empty one.
    node: variable('node'),
    os: 'l26',
    password: variable('password'),
    proxmox_url: variable('proxmox_url'),
    qemu_agent: true,
    ssh_username: 'debian',
    username: variable('username'),
    network_adapters: blocks({ bridge: variable('bridge'), model: 'virtio' }),
  },
};

const incus: Builder = {
  type: 'incus',
  cloud: 'Incus',
  plugin: plugin('incus', 'bketelsen/incus', '1.0.0'),
  isInDebian: false,
  variables: {
    image: choice('image', 'Image of Debian 12 with cloud-init', 'images:debian/12/cloud'),
    virtual_machine: { type: 'bool', description: 'A machine of its own, not a container.', default: true },
  },
  settings: {
    image: variable('image'),
    output_image: IMAGE_NAME,
    publish_properties: { description: 'chatmail relay that sets itself up' },
    virtual_machine: variable('virtual_machine'),
  },
};

/** All builders, in the order they are listed in. */
export const BUILDERS: readonly Builder[] = [
  qemu,
  hcloud,
  amazonEbs,
  digitalocean,
  googlecompute,
  azureArm,
  openstack,
  vultr,
  linode,
  scaleway,
  upcloud,
  exoscale,
  oracleOci,
  proxmoxClone,
  incus,
];
