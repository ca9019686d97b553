/**
 * What is known of providers, as data: where a text is pasted, what it may be, and what a mail server meets there.
 * Collected in November 2026. Nothing here is read inside a relay.
 */

/** `sure`: executed, or in the provider's or the program's own words. `told`: by others. `unsure`: not confirmed. */
type Sureness = 'sure' | 'told' | 'unsure';

export interface Fact {
  readonly text: string;
  readonly how: Sureness;
}

/** The most bytes of user-data, and of what: of the text itself, or of its base64 form. */
interface Limit {
  readonly bytes: number;
  readonly of: 'text' | 'base64';
  readonly how: Sureness;
}

export interface Provider {
  /** For people. */
  readonly title: string;
  /** Absent: not documented. */
  readonly limit?: Limit;
  readonly encoding: Fact;
  readonly gzip: Fact;
  /** Compressed bytes reach cloud-init as they are. */
  readonly takesGzip?: true;
  /** How cloud-init of Debian 12 finds the text. */
  readonly datasource: Fact;
  /** No datasource of Debian 12's cloud-init reads it: a stock machine gets no user-data. */
  readonly isDeaf?: true;
  readonly port25: Fact;
  readonly reverseDns: Fact;
  readonly imageImport: Fact;
  readonly firewall: Fact;
  /** Where the text is pasted. */
  readonly where: Fact;
}

const sure = (text: string): Fact => ({ text, how: 'sure' });
const told = (text: string): Fact => ({ text, how: 'told' });
const unsure = (text: string): Fact => ({ text, how: 'unsure' });
const UNKNOWN = unsure('not documented');
const NO_FIREWALL = unsure('no firewall unless you add one: then open TCP 25, 80, 143, 443, 465, 587, 993');

const KiB = 1024;

export const PROVIDERS = {
  hetzner: {
    title: 'Hetzner Cloud',
    limit: { bytes: 32 * KiB, of: 'text', how: 'sure' },
    encoding: sure('plain text; base64 of gzip is understood too, in one line'),
    gzip: told('only inside base64'),
    datasource: sure('Hetzner'),
    port25: sure('outgoing 25 and 465 blocked; opened on request after the first paid invoice'),
    reverseDns: sure('in the console and the API'),
    imageImport: sure(
      'no upload: write the raw image to the disk in the rescue system, then take a snapshot',
    ),
    firewall: NO_FIREWALL,
    where: unsure('Create server, image Debian 12, field "Cloud config"'),
  },
  digitalocean: {
    title: 'DigitalOcean',
    limit: { bytes: 64 * KiB, of: 'text', how: 'sure' },
    encoding: sure('plain text only; base64 is not decoded'),
    gzip: sure('no'),
    datasource: sure('DigitalOcean'),
    port25: sure('outgoing 25 blocked for all new accounts'),
    reverseDns: told("follows the droplet's name, if that is a full domain"),
    imageImport: sure('from a URL: raw, qcow2, vhdx, vdi or vmdk, gzip or bzip2; without IPv6'),
    firewall: NO_FIREWALL,
    where: unsure('Create droplet, image Debian 12, Advanced options, "Add initialization scripts"'),
  },
  ec2: {
    title: 'Amazon EC2',
    limit: { bytes: 16 * KiB, of: 'text', how: 'sure' },
    encoding: sure('plain text in the console, base64 in the API'),
    gzip: sure('yes'),
    takesGzip: true,
    datasource: sure('Ec2'),
    port25: sure('outgoing 25 blocked on all instances; a form asks for removal'),
    reverseDns: told('for an Elastic IP, with the same form'),
    imageImport: sure('VM Import: OVA, VMDK, VHD, VHDX or raw'),
    firewall: unsure('security group: open TCP 25, 80, 143, 443, 465, 587, 993'),
    where: unsure('Launch instance, image Debian 12, Advanced details, "User data"'),
  },
  vultr: {
    title: 'Vultr',
    encoding: sure('plain text in the panel, base64 in the API'),
    gzip: unsure('not confirmed'),
    datasource: sure('Vultr'),
    port25: told('outgoing 25 blocked, and not always opened on request'),
    reverseDns: sure('in the API'),
    imageImport: sure('snapshot from a URL: raw, not compressed'),
    firewall: NO_FIREWALL,
    where: unsure('Deploy, image Debian 12, Additional features, "Cloud-Init User-Data"'),
  },
  linode: {
    title: 'Linode (Akamai)',
    encoding: sure('base64 in the API (metadata.user_data)'),
    gzip: unsure('not confirmed'),
    datasource: sure("none: Akamai's came to cloud-init after the version of Debian 12"),
    isDeaf: true,
    port25: sure('outgoing 25, 465 and 587 blocked on some new accounts; a ticket opens them'),
    reverseDns: sure('in the panel'),
    imageImport: sure('raw image in gzip, at most 5 GB compressed'),
    firewall: NO_FIREWALL,
    where: unsure('not by user-data on stock Debian 12'),
  },
  openstack: {
    title: 'OpenStack, OVHcloud Public Cloud',
    limit: { bytes: 65_535, of: 'base64', how: 'sure' },
    encoding: sure('base64 in the API; the client and the panel encode by themselves'),
    gzip: sure('yes'),
    takesGzip: true,
    datasource: sure('OpenStack or ConfigDrive'),
    port25: sure('OVHcloud: open, closed when it looks like spam'),
    reverseDns: sure('OVHcloud: in the panel, once the A record is there'),
    imageImport: sure('Glance: raw or qcow2'),
    firewall: unsure('security group: open TCP 25, 80, 143, 443, 465, 587, 993'),
    where: unsure('Create instance, image Debian 12, "Post-installation script" or "Customization script"'),
  },
  scaleway: {
    title: 'Scaleway',
    encoding: sure('plain text only'),
    gzip: sure('no'),
    datasource: sure('Scaleway; NoCloud for instances without a public address'),
    port25: sure('25, 465 and 587 blocked; "Enable SMTP" in the security group after identification'),
    reverseDns: sure('in the console'),
    imageImport: sure('qcow2 from Object Storage, not with zstd compression'),
    firewall: sure('security group: "Enable SMTP" is there'),
    where: unsure('Create instance, image Debian Bookworm, Advanced options, "Cloud-init"'),
  },
  google: {
    title: 'Google Compute Engine',
    limit: { bytes: 256 * KiB, of: 'text', how: 'sure' },
    encoding: sure('plain text in the metadata key user-data'),
    gzip: sure('in base64, with user-data-encoding set to base64'),
    datasource: sure('GCE'),
    port25: told('outgoing 25 always blocked'),
    reverseDns: unsure('PTR on the external address, for a verified domain'),
    imageImport: sure('disk.raw in a tar.gz in Cloud Storage'),
    firewall: unsure('VPC firewall: allow TCP 25, 80, 143, 443, 465, 587, 993'),
    where: unsure('Create instance, Management, Metadata: key user-data'),
  },
  azure: {
    title: 'Microsoft Azure',
    limit: { bytes: 64 * KiB, of: 'text', how: 'unsure' },
    encoding: sure('plain text in the portal and the client, base64 in the API'),
    gzip: unsure('yes after decoding'),
    datasource: sure('Azure'),
    port25: sure('outgoing 25 blocked but for enterprise agreements; some other plans may ask'),
    reverseDns: unsure('reverse name on the public address'),
    imageImport: told('fixed VHD as a page blob'),
    firewall: unsure('network security group: allow TCP 25, 80, 143, 443, 465, 587, 993'),
    where: unsure('Create virtual machine, image Debian 12, Advanced, "Custom data"'),
  },
  proxmox: {
    title: 'Proxmox VE',
    limit: { bytes: 3 * KiB * KiB, of: 'text', how: 'sure' },
    encoding: sure('plain text'),
    gzip: sure('yes'),
    takesGzip: true,
    datasource: sure('NoCloud'),
    port25: sure("your own network's"),
    reverseDns: sure("your own network's"),
    imageImport: sure('qm importdisk: qcow2 or raw'),
    firewall: sure('your own'),
    where: sure('a file in a snippets storage, then qm set VMID --cicustom "user=STORAGE:snippets/FILE"'),
  },
  exoscale: {
    title: 'Exoscale',
    limit: { bytes: 32_767, of: 'base64', how: 'sure' },
    encoding: sure('base64'),
    gzip: sure('yes'),
    takesGzip: true,
    datasource: sure('Exoscale'),
    port25: unsure('blocked by default'),
    reverseDns: sure('an attribute of the instance'),
    imageImport: sure('qcow2 from a URL'),
    firewall: unsure('security group: open TCP 25, 80, 143, 443, 465, 587, 993'),
    where: unsure('Add instance, template Debian 12, "User data"'),
  },
  oracle: {
    title: 'Oracle Cloud',
    limit: { bytes: 32_000, of: 'base64', how: 'sure' },
    encoding: sure('base64, together with all other metadata'),
    gzip: unsure('yes after decoding'),
    datasource: sure('Oracle'),
    port25: told('outgoing 25 blocked; paid accounts can ask'),
    reverseDns: unsure('by ticket'),
    imageImport: sure('QCOW2 or VMDK'),
    firewall: unsure("security list, and iptables rules in the provider's images"),
    where: unsure('Create instance, Advanced options, Management, "Cloud-init script"'),
  },
  upcloud: {
    title: 'UpCloud',
    encoding: unsure('plain text, or the URL of a script'),
    gzip: unsure('not confirmed'),
    datasource: sure('UpCloud; the metadata service must be switched on'),
    port25: unsure('blocked in the trial'),
    reverseDns: sure('in the panel and the API'),
    imageImport: sure('raw, gzip or xz'),
    firewall: unsure("UpCloud's firewall, if switched on: open TCP 25, 80, 143, 443, 465, 587, 993"),
    where: unsure('Deploy a server, Debian 12, "Initialization script"'),
  },
  ionos: {
    title: 'IONOS Cloud',
    encoding: sure('base64, on the boot volume'),
    gzip: UNKNOWN,
    datasource: unsure('NoCloud or ConfigDrive'),
    port25: unsure('blocked by default'),
    reverseDns: sure('DNS API'),
    imageImport: sure('over FTPS'),
    firewall: UNKNOWN,
    where: UNKNOWN,
  },
  contabo: {
    title: 'Contabo',
    encoding: UNKNOWN,
    gzip: UNKNOWN,
    datasource: UNKNOWN,
    port25: told('open'),
    reverseDns: unsure('in the panel'),
    imageImport: sure('qcow2 or iso from a URL'),
    firewall: NO_FIREWALL,
    where: UNKNOWN,
  },
  netcup: {
    title: 'netcup',
    encoding: UNKNOWN,
    gzip: UNKNOWN,
    datasource: unsure('NoCloud or ConfigDrive'),
    port25: UNKNOWN,
    reverseDns: unsure('in the panel'),
    imageImport: unsure('in the server panel'),
    firewall: UNKNOWN,
    where: UNKNOWN,
  },
  nocloud: {
    title: 'a NoCloud disk (QEMU, libvirt)',
    encoding: sure('plain text'),
    gzip: sure('yes'),
    takesGzip: true,
    datasource: sure('NoCloud, on a disk with the label cidata'),
    port25: sure("your own network's"),
    reverseDns: sure("your own network's"),
    imageImport: sure('qcow2 or raw'),
    firewall: sure('your own'),
    where: sure('the file user-data on the disk, beside meta-data'),
  },
} as const satisfies Readonly<Record<string, Provider>>;

export type ProviderName = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** The provider of that name, or `undefined`: for names that come from outside. */
export const providerOf = (name: string): Provider | undefined =>
  Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name as ProviderName] : undefined;

/** The most bytes of text. Four characters of base64 hold three bytes. */
export const mostText = ({ bytes, of }: Limit): number => (of === 'text' ? bytes : Math.floor(bytes / 4) * 3);
