import { gzipSync } from 'node:zlib';
import { CLOUDS } from '../../../src/model/clouds/all.ts';
import type { MetadataService, Tree } from './serve.ts';

/** A machine in a cloud, as plain data: what its firmware, its network card and the metadata service say. */
export interface CloudMachine {
  /** Files in `/sys/class/dmi/id`. */
  readonly dmi: Readonly<Record<string, string>>;
  /** The address of its network card, with the length of the prefix; the cloud's end is the first one there. */
  readonly interface: string;
  readonly services: readonly MetadataService[];
  /** Files that the cloud puts into the machine in place of, or along with, a metadata service. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** What a customer gave: user-data, and names with values where the cloud has such. */
export interface Given {
  readonly userData: string;
  /** In place of the cloud's own, where it has vendor-data. */
  readonly vendorData?: string;
  /** What a URL in user-data leads to, `INCLUDED` (Digital Ocean). */
  readonly included?: string;
  /** It is compressed, where the cloud hands on whatever bytes it was given. */
  readonly isGzip?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly hostName: string;
}

const VENDOR_DATA = '#cloud-config\nchatmail: {delete_mails_after: 30}\n';
const LINK_LOCAL = '169.254.169.254';
/** Documentation's addresses (RFC 5737) stand for those the clouds give. */
export const PUBLIC = '198.51.100.7';
const NAT = '10.0.0.4/24';
const DIRECT = `${PUBLIC}/24`;
/** Of every machine here: its network card, and a second one for a private network. */
export const MAC = '52:54:00:12:34:56';
export const SECOND_MAC = '52:54:00:12:34:57';
export const INCLUDED = `http://${LINK_LOCAL}/included`;
const ID = '1f3c7a3e-2c51-4d4c-9b6e-0a6f4f2f7d11';

/** The firmware's strings by which cloud-init knows the cloud. */
const dmiOf = (cloudInitName: string): Readonly<Record<string, string>> =>
  CLOUDS.find(({ cloudInit }) => cloudInit.names.includes(cloudInitName))?.cloudInit.dmi?.value ?? {};

const json = (value: unknown): string => JSON.stringify(value);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const at169 = (tree: Tree, more: Partial<MetadataService> = {}): MetadataService => ({
  address: LINK_LOCAL,
  tree,
  ...more,
});

const handedOn = ({ userData, isGzip }: Given): string | readonly number[] =>
  isGzip ? [...gzipSync(userData)] : userData;

const ec2Tree = ({ hostName, tags }: Given, publicIpv4: string): { readonly [name: string]: Tree } => ({
  'ami-id': 'ami-0123456789abcdef0',
  hostname: hostName,
  'instance-id': 'i-0123456789abcdef0',
  'instance-type': 't3.small',
  'local-hostname': hostName,
  'local-ipv4': '10.0.0.4',
  mac: MAC,
  placement: { 'availability-zone': 'eu-central-1a' },
  'public-ipv4': publicIpv4,
  network: {
    interfaces: {
      macs: {
        [MAC]: {
          ...{ 'device-number': '0', 'local-ipv4s': '10.0.0.4', 'vpc-id': 'vpc-1' },
          ...{ ipv6s: '2001:db8::7', 'subnet-ipv4-cidr-block': '10.0.0.0/24' },
        },
      },
    },
  },
  ...(Object.keys(tags).length > 0 && { tags: { instance: tags } }),
});

const openstackFiles = ({ hostName, tags, vendorData }: Given) => ({
  openstack: {
    latest: {
      'meta_data.json': json({
        uuid: ID,
        hostname: hostName,
        name: hostName,
        meta: tags,
        availability_zone: 'nova',
      }),
      'network_data.json': json({
        links: [
          { id: 'tap1a2b', vif_id: ID, type: 'ovs', mtu: 1450, ethernet_mac_address: MAC },
          { id: 'tap3c4d', vif_id: ID, type: 'ovs', mtu: 1450, ethernet_mac_address: SECOND_MAC },
        ],
        networks: [
          { id: 'network0', network_id: ID, link: 'tap1a2b', type: 'ipv4_dhcp' },
          {
            ...{ id: 'network1', network_id: ID, link: 'tap1a2b', type: 'ipv6' },
            ...{ ip_address: '2001:db8::7', netmask: 'ffff:ffff:ffff:ffff::' },
            routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
          },
          {
            ...{ id: 'network2', network_id: ID, link: 'tap3c4d', type: 'ipv4' },
            ...{ ip_address: '10.1.0.4', netmask: '255.255.255.0' },
            routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: '10.1.0.1' }],
          },
        ],
        services: [{ type: 'dns', address: '192.0.2.53' }],
      }),
      'vendor_data.json': json({
        'cloud-init': vendorData ? '#cloud-config\nchatmail: {delete_mails_after: 40}\n' : undefined,
      }),
      // Nova's dynamic vendor-data
      'vendor_data2.json': json({ 'cloud-init': vendorData }),
    },
  },
  ec2: { latest: { 'meta-data.json': json({ 'public-ipv4': PUBLIC, 'instance-id': 'i-00000001' }) } },
});

const WIRESERVER = `<?xml version="1.0" encoding="utf-8"?><GoalState><Version>2012-11-30</Version><Incarnation>1</Incarnation><Container><ContainerId>c</ContainerId><RoleInstanceList><RoleInstance><InstanceId>i</InstanceId><Configuration><Certificates></Certificates></Configuration></RoleInstance></RoleInstanceList></Container></GoalState>`;

/** After each provider's documentation of its metadata service. */
export const MACHINES: Readonly<Record<string, (given: Given) => CloudMachine>> = {
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
  aws: (given) => ({
    dmi: dmiOf('aws'),
    interface: NAT,
    services: [
      at169(
        {
          '2021-03-23': {
            'meta-data': ec2Tree(given, PUBLIC),
            'user-data': handedOn(given),
            dynamic: {
              'instance-identity': {
                document: json({ instanceId: 'i-0123456789abcdef0', region: 'eu-central-1' }),
              },
            },
          },
        },
        { token: { path: '/latest/api/token', header: 'x-aws-ec2-metadata-token' } },
      ),
    ],
  }),
  // https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
  azure: ({ userData, tags, hostName }) => ({
    dmi: { ...dmiOf('azure'), product_uuid: ID, sys_vendor: 'Microsoft Corporation' },
    interface: NAT,
    services: [
      at169(
        {
          metadata: {
            instance: json({
              compute: {
                osProfile: {
                  computerName: hostName,
                  adminUsername: 'azureuser',
                  disablePasswordAuthentication: 'true',
                },
                publicKeys: [{ keyData: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==', path: '' }],
                tagsList: Object.entries(tags).map(([name, value]) => ({ name, value })),
                userData: base64(userData),
                vmId: ID,
              },
              network: {
                interface: [
                  {
                    ipv4: {
                      ipAddress: [{ privateIpAddress: '10.0.0.4', publicIpAddress: '' }],
                      subnet: [{ address: '10.0.0.0', prefix: '24' }],
                    },
                    ipv6: { ipAddress: [{ privateIpAddress: '2001:db8::7' }] },
                    macAddress: MAC.replaceAll(':', '').toUpperCase(),
                  },
                ],
              },
            }),
            loadbalancer: json({
              loadbalancer: {
                publicIpAddresses: [{ frontendIpAddress: PUBLIC, privateIpAddress: '10.0.0.4' }],
              },
            }),
          },
        },
        { header: ['Metadata', 'true'] },
      ),
      { address: '168.63.129.16', tree: { machine: WIRESERVER } },
    ],
  }),
  configdrive: (given) => {
    const { openstack, ec2 } = openstackFiles(given);
    const seed = '/var/lib/cloud/seed/config_drive';
    const { 'meta_data.json': metadata, 'network_data.json': network } = openstack.latest;
    const user_data = given.isGzip ? gzipSync(given.userData) : given.userData;
    return {
      dmi: { sys_vendor: 'QEMU', product_uuid: ID },
      interface: NAT,
      services: [],
      files: {
        [`${seed}/openstack/latest/meta_data.json`]: metadata,
        [`${seed}/openstack/latest/user_data`]: user_data,
        [`${seed}/openstack/latest/network_data.json`]: network,
        [`${seed}/openstack/2018-08-27/meta_data.json`]: metadata,
        [`${seed}/openstack/2018-08-27/user_data`]: user_data,
        [`${seed}/openstack/2018-08-27/network_data.json`]: network,
        [`${seed}/ec2/latest/meta-data.json`]: ec2.latest['meta-data.json'],
      },
    };
  },
  // https://docs.digitalocean.com/reference/api/metadata/
  digitalocean: ({ userData, vendorData = VENDOR_DATA, included = '', hostName }) => ({
    dmi: { ...dmiOf('digitalocean'), product_name: 'Droplet', product_serial: '2756294' },
    interface: DIRECT,
    services: [
      at169({
        included,
        metadata: {
          'v1.json': json({
            droplet_id: 2756294,
            hostname: hostName,
            user_data: userData,
            vendor_data: vendorData,
            public_keys: [],
            region: 'fra1',
            dns: { nameservers: ['192.0.2.53'] },
            interfaces: {
              public: [
                {
                  ipv4: { ip_address: PUBLIC, netmask: '255.255.255.0', gateway: '198.51.100.1' },
                  ipv6: { ip_address: '2001:DB8::7', cidr: 64, gateway: '2001:DB8::1' },
                  anchor_ipv4: { ip_address: '10.19.0.5', netmask: '255.255.0.0', gateway: '10.19.0.1' },
                  mac: MAC,
                  type: 'public',
                },
              ],
              private: [
                {
                  ipv4: { ip_address: '10.114.0.2', netmask: '255.255.240.0', gateway: '10.114.0.1' },
                  mac: SECOND_MAC,
                  type: 'private',
                },
              ],
            },
          }),
        },
      }),
    ],
  }),
  // https://community.exoscale.com/product/compute/instances/how-to/cloud-init/
  exoscale: (given) => ({
    dmi: { ...dmiOf('exoscale'), sys_vendor: 'Exoscale', product_uuid: ID },
    interface: DIRECT,
    services: [
      at169({
        '1.0': {
          'meta-data': {
            'instance-id': ID,
            'local-hostname': given.hostName,
            'public-ipv4': PUBLIC,
            'availability-zone': 'ch-gva-2',
          },
          'user-data': handedOn(given),
        },
      }),
      { address: LINK_LOCAL, port: 8080, tree: { '1.0': '' } },
    ],
  }),
  // https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
  gce: ({ userData, tags, hostName }) => ({
    dmi: { ...dmiOf('gce'), sys_vendor: 'Google' },
    interface: NAT,
    services: [
      at169(
        {
          computeMetadata: {
            v1: {
              instance: {
                id: '4520031799277581759',
                zone: 'projects/1234/zones/europe-west3-a',
                hostname: hostName,
                attributes: json({ 'user-data': userData, ...tags }),
                'network-interfaces': { '0': { 'access-configs': { '0': { 'external-ip': PUBLIC } } } },
              },
              project: { attributes: '{}' },
            },
          },
        },
        { header: ['Metadata-Flavor', 'Google'] },
      ),
    ],
  }),
  // https://docs.hetzner.cloud/reference/cloud#server-metadata
  hetzner: ({ userData, hostName }) => ({
    dmi: { ...dmiOf('hetzner'), product_name: 'vServer', product_serial: '42', product_uuid: ID },
    interface: NAT,
    services: [
      at169({
        hetzner: {
          v1: {
            metadata: {
              '': json({
                'instance-id': 42,
                hostname: hostName,
                region: 'eu-central',
                'network-config': {
                  version: 1,
                  config: [
                    {
                      ...{ type: 'physical', name: 'eth0', mac_address: MAC },
                      subnets: [
                        { type: 'dhcp', ipv4: true },
                        {
                          ...{ type: 'static', ipv6: true, address: '2001:db8::1/64', gateway: 'fe80::1' },
                          dns_nameservers: ['2001:db8::53'],
                        },
                      ],
                    },
                  ],
                },
              }),
              'instance-id': '42',
              'public-ipv4': PUBLIC,
            },
            userdata: userData,
          },
        },
      }),
    ],
  }),
  nocloud: ({ userData, tags, hostName }) => ({
    dmi: dmiOf('nocloud'),
    interface: NAT,
    services: [],
    files: {
      '/var/lib/cloud/seed/nocloud/user-data': userData,
      '/var/lib/cloud/seed/nocloud/meta-data': json({
        'instance-id': ID,
        'local-hostname': hostName,
        ...tags,
      }),
    },
  }),
  // https://docs.openstack.org/nova/latest/user/metadata.html
  openstack: (given) => ({
    dmi: { ...dmiOf('openstack'), sys_vendor: 'OpenStack Foundation', product_uuid: ID },
    interface: NAT,
    services: [
      at169({
        openstack: {
          latest: { ...openstackFiles(given).openstack.latest, user_data: handedOn(given) },
        },
        latest: {
          'meta-data': { 'instance-id': 'i-00000001', 'public-ipv4': PUBLIC },
          'user-data': handedOn(given),
        },
      }),
    ],
  }),
  // https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm
  oracle: ({ userData, tags, hostName }) => ({
    dmi: { ...dmiOf('oracle'), product_uuid: ID, sys_vendor: 'QEMU' },
    interface: NAT,
    services: [
      at169(
        {
          opc: {
            v2: {
              instance: json({
                id: 'ocid1.instance.oc1.eu-frankfurt-1.a',
                displayName: 'relay',
                hostname: hostName,
                ociAdName: 'eu-frankfurt-1-ad-1',
                freeformTags: tags,
                metadata: {
                  user_data: base64(userData),
                  ssh_authorized_keys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==',
                },
              }),
              vnics: json([
                {
                  macAddr: MAC,
                  privateIp: '10.0.0.4',
                  subnetCidrBlock: '10.0.0.0/24',
                  vnicId: 'v',
                  vlanTag: 1,
                  virtualRouterIp: '10.0.0.1',
                },
              ]),
            },
          },
        },
        { header: ['Authorization', 'Bearer Oracle'] },
      ),
    ],
  }),
  // https://www.scaleway.com/en/docs/instances/api-cli/using-cloud-init/
  scaleway: ({ userData, tags, hostName }) => ({
    dmi: { ...dmiOf('scaleway'), product_name: 'SCW-DEV1-S', product_uuid: ID },
    interface: NAT,
    services: [
      {
        address: '169.254.42.42',
        rootOnly: '/user_data',
        tree: {
          conf: json({
            id: ID,
            hostname: hostName,
            tags: Object.entries(tags).map(([name, value]) => `${name}=${value}`),
            ssh_public_keys: [],
            public_ip: { address: PUBLIC, dynamic: false },
            private_ip: '10.0.0.4',
            ipv6: { address: '2001:db8::7', netmask: '64', gateway: '2001:db8::' },
          }),
          user_data: { 'cloud-init': userData },
        },
      },
    ],
  }),
  // https://upcloud.com/docs/products/cloud-servers/features/metadata/
  upcloud: ({ userData, hostName }) => ({
    dmi: { ...dmiOf('upcloud'), product_name: 'Cloud Server', product_uuid: ID, product_serial: ID },
    interface: DIRECT,
    services: [
      at169({
        metadata: {
          'v1.json': json({
            cloud_name: 'upcloud',
            instance_id: ID,
            hostname: hostName,
            region: 'de-fra1',
            user_data: userData,
            public_keys: [],
            network: {
              interfaces: [
                {
                  index: 1,
                  ip_addresses: [
                    {
                      address: PUBLIC,
                      dhcp: true,
                      dns: [],
                      family: 'IPv4',
                      floating: false,
                      gateway: '198.51.100.1',
                      network: '198.51.100.0/24',
                    },
                  ],
                  mac: MAC,
                  network_id: ID,
                  type: 'public',
                },
                {
                  index: 2,
                  ip_addresses: [
                    {
                      ...{ address: '2001:db8::7', dhcp: true, dns: [], family: 'IPv6', floating: false },
                      ...{ gateway: '2001:db8::1', network: '2001:db8::/64' },
                    },
                  ],
                  mac: SECOND_MAC,
                  network_id: ID,
                  type: 'public',
                },
              ],
              dns: ['192.0.2.53'],
            },
          }),
        },
      }),
    ],
  }),
  // https://www.vultr.com/metadata/
  vultr: ({ userData, hostName }) => ({
    dmi: { ...dmiOf('vultr'), product_name: 'VC2', product_serial: '42506325', product_uuid: ID },
    interface: DIRECT,
    services: [
      at169({
        'v1.json': json({
          'instance-v2-id': ID,
          instanceid: '42506325',
          hostname: hostName,
          region: { regioncode: 'FRA' },
          'user-data': userData,
          'vendor-data': [],
          'public-keys': '',
          interfaces: [
            {
              'network-type': 'public',
              mac: MAC,
              ipv4: { additional: [], address: PUBLIC, gateway: '198.51.100.1', netmask: '255.255.255.0' },
              ipv6: { additional: [], address: '2001:db8::7', network: '2001:db8::', prefix: '64' },
            },
            {
              'network-type': 'private',
              mac: SECOND_MAC,
              ipv4: { additional: [], address: '10.1.96.3', gateway: '', netmask: '255.255.240.0' },
              ipv6: { additional: [], address: '', network: '', prefix: '' },
            },
          ],
        }),
      }),
    ],
  }),
};
