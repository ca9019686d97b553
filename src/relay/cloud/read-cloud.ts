import { userDataType } from '../../config/user-data-type.ts';
import { relayCloud } from '../../model/clouds/relay-cloud.ts';
import type { Read } from '../lib/read-text.ts';

/** Readable by root: the other of the two leaves out what clouds call sensitive. */
const INSTANCE_DATA = '/run/cloud-init/instance-data-sensitive.json';

/** What the cloud says of the machine. */
export interface Cloud {
  /** As cloud-init calls it; absent: there is none, or it does not answer. */
  readonly name?: string;
  readonly hostName?: string;
  readonly ipv4?: string;
  /** The settings among its tags, as YAML. */
  readonly tags?: string;
  /** User-data and vendor-data, as far as they are cloud-config. */
  readonly user: string;
  readonly vendor: string;
  /** What OpenStack adds for the one machine, which is stronger. */
  readonly vendor2?: string;
  /** It does not answer, and what was kept of what it said is damaged. */
  readonly isLost?: true;
}

const at = (tree: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((node, name) => {
    const object = node as Readonly<Record<string, unknown>> | undefined | null;
    return object?.[name] ?? object?.[name.replaceAll('_', '-')];
  }, tree);

/** Tags are an object, or its JSON, or a list of `name=value`, or a list of objects of a name and a value. */
const entriesOf = (tags: unknown): readonly (readonly unknown[])[] => {
  if (typeof tags === 'string') return entriesOf(JSON.parse(tags));
  if (!Array.isArray(tags)) return Object.entries(tags ?? {});
  return tags.map((tag) => (typeof tag === 'string' ? tag.split(/=(.*)/s) : [tag.name, tag.value]));
};

const PREFIX = 'chatmail_';

/** `chatmail_<setting>: value` for each, or all in one as `chatmail`, in YAML. */
const settingsIn = (entries: readonly (readonly unknown[])[], prefix = PREFIX): string =>
  entries
    .map(([key, value]) => {
      const name = String(key);
      if (name === 'chatmail')
        return typeof value === 'string' ? `${value}\n` : settingsIn(entriesOf(value), '');
      return name.startsWith(prefix)
        ? `${JSON.stringify(name.slice(prefix.length))}: ${JSON.stringify(value)}\n`
        : '';
    })
    .join('');

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const INSTANCE = '/var/lib/cloud/instance/';

/**
 * A cloud's text as it was written, so that a problem has its place in what the user pasted. Where it is not
 * plain cloud-config (MIME parts, an archive, a patch), cloud-init's merged form of it. That is empty where cloud-init
 * leaves the text alone, as one for another machine of a group (`launch-index`); of vendor-data that user-data does
 * not want there may be none (`vendor_data: {enabled: false}`).
 */
const cloudConfig = (read: Read, written: string, merged: string): string => {
  const text = read(`${INSTANCE + written}.txt`) ?? '';
  const meaning = read(`${INSTANCE + merged}.txt`) ?? '';
  return meaning && userDataType(text) === '#cloud-config' ? text : meaning;
};

const factsOf = (instanceData: string | undefined): Omit<Cloud, 'user' | 'vendor'> => {
  try {
    const { v1, ds } = JSON.parse(instanceData ?? '{}') as Record<string, unknown>;
    const called = textOf(at(v1, 'cloud_name'));
    // NoCloud knows no name but its own.
    const name = called === 'unknown' ? textOf(at(v1, 'platform')) : called;
    // What cloud-init falls back to when no metadata service answers.
    if (name === undefined || name === 'none') return {};
    const { ipv4 = '', tags = '' } = relayCloud(name);
    const hostName = ['meta_data.local_hostname', 'meta_data.hostname', 'hostname']
      .map((path) => textOf(at(ds, path)))
      .find(Boolean);
    const address = textOf(at(ds, ipv4));
    return {
      name,
      ...(hostName !== undefined && { hostName }),
      ...(address !== undefined && { ipv4: address }),
      tags: settingsIn(entriesOf(at(ds, tags))),
    };
  } catch {
    return {};
  }
};

/** What was kept, or that it is lost. */
const keptCloud = (kept: string): Cloud => {
  try {
    const { user, vendor, ...facts } = JSON.parse(kept) as Cloud;
    if (typeof user === 'string' && typeof vendor === 'string') return { ...facts, user, vendor };
  } catch {
    // as what is no cloud
  }
  return { user: '', vendor: '', isLost: true };
};

/**
 * What cloud-init found out. `kept` is what this returned at an earlier boot, as JSON: it holds when there is no
 * cloud now, because its metadata service does not answer or the disk it was on was taken away.
 */
export const readCloud = (read: Read, kept?: string): Cloud => {
  const facts = factsOf(read(INSTANCE_DATA));
  if (facts.name === undefined && kept !== undefined) return keptCloud(kept);
  return {
    ...facts,
    user: cloudConfig(read, 'user-data', 'cloud-config'),
    vendor2: cloudConfig(read, 'vendor-data2', 'vendor2-cloud-config'),
    vendor: cloudConfig(read, 'vendor-data', 'vendor-cloud-config'),
  };
};
