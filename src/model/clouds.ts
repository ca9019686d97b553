/**
 * What is known of a cloud, by the name cloud-init 22.4 gives it. Places in its data are names of `ds` in
 * instance-data.json, joined by dots, with `_` for `-`.
 */
export interface CloudFacts {
  /** Where the public IPv4 address is, for machines that do not have it themselves (NAT). */
  readonly ipv4?: string;
  /** Where it is to be asked for, because cloud-init does not: a path at the metadata service, and a header. */
  readonly ask?: readonly [path: string, header?: string, value?: string];
  /** Where the owner's own names and values are: tags, labels, attributes, properties. */
  readonly tags?: string;
  /** How its customers get outgoing port 25 opened, as the provider says it. */
  readonly port25?: string;
}

const ASK_SUPPORT = 'Ask its support to open it.';
const OPENSTACK: CloudFacts = { ipv4: 'ec2_metadata.public_ipv4', tags: 'meta_data.meta' };

const CLOUDS: Readonly<Record<string, CloudFacts>> = {
  aws: {
    ipv4: 'meta_data.public_ipv4',
    tags: 'meta_data.tags.instance',
    port25: 'Fill in its form “Request to remove email sending limitations”.',
  },
  azure: {
    ipv4: 'meta_data.imds.network.interface.0.ipv4.ipAddress.0.publicIpAddress',
    // For addresses of the standard kind the other place is empty.
    ask: ['metadata/loadbalancer?api-version=2020-10-01', 'Metadata', 'true'],
    tags: 'meta_data.imds.compute.tagsList',
    port25: 'It stays blocked, except for Enterprise Agreements and by request.',
  },
  configdrive: OPENSTACK,
  digitalocean: { port25: 'It stays blocked for new accounts.' },
  exoscale: { ipv4: 'meta_data.public_ipv4', port25: ASK_SUPPORT },
  gce: {
    ask: [
      'computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip',
      'Metadata-Flavor',
      'Google',
    ],
    tags: 'meta_data.instance_data',
    port25: 'It stays blocked for everybody.',
  },
  hetzner: {
    ask: ['hetzner/v1/metadata/public-ipv4'],
    port25: 'Ask for it in the CloudFacts Console, under Limits, after your first paid invoice.',
  },
  nocloud: { tags: 'meta_data' },
  openstack: OPENSTACK,
  oracle: { tags: 'freeformTags', port25: 'Ask its support, with a paid account.' },
  scaleway: {
    ipv4: 'meta_data.public_ip.address',
    tags: 'meta_data.tags',
    port25: 'Verify your identity, then tick “Enable SMTP” in the security group.',
  },
  upcloud: { port25: 'End the trial, then ask its support.' },
  vultr: { port25: ASK_SUPPORT },
};

/** What is known of the cloud of that name, which comes from outside. */
export const cloudOf = (cloud: string | undefined): CloudFacts =>
  (cloud !== undefined && Object.hasOwn(CLOUDS, cloud) && CLOUDS[cloud]) || {};
