/** A file of a NoCloud seed: its name, and what is in it. */
type Seed = Readonly<Record<string, string | Uint8Array>>;

/** Where cloud-init finds a seed without a disk for it. */
export const SEED_FOLDER = '/var/lib/cloud/seed/nocloud';

/** cloud-init shall leave the network alone. */
export const NETWORK_KEPT = 'version: 1\nconfig: disabled\n';

interface SeedOptions {
  /** A new one makes cloud-init take the machine for a new one. */
  readonly instance: string;
  /** Exactly what the person gave. */
  readonly userData: Uint8Array;
  /** Lines for `authorized_keys`; in the metadata, so that user-data stays as it was given. */
  readonly publicKeys?: readonly string[];
  /** What cloud-init is to make of the network; absent: it asks DHCP. */
  readonly networkConfig?: string | undefined;
}

/**
 * The seed of cloud-init's NoCloud datasource. The host name is a bare word: no relay takes it for its domain.
 * JSON is YAML.
 */
export const seedFiles = ({ instance, userData, publicKeys = [], networkConfig }: SeedOptions): Seed => ({
  'meta-data': `${JSON.stringify({
    'instance-id': instance,
    'local-hostname': 'relay',
    ...(publicKeys.length > 0 ? { 'public-keys': publicKeys } : {}),
  })}\n`,
  'user-data': userData,
  ...(networkConfig === undefined ? {} : { 'network-config': networkConfig }),
});
