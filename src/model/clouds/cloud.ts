import type { DatedFact, Fact } from './fact.ts';

/** The most user-data that a cloud takes, in bytes of the text itself or of its base64 form. */
export interface Limit {
  readonly bytes: number;
  readonly of: 'text' | 'base64';
}

/** Whether compressed user-data reaches cloud-init. */
export type Gzip = 'as it is' | 'inside base64' | 'no';

/** What becomes of outgoing mail. */
export interface Port25 {
  readonly state: 'open' | 'on request' | 'blocked' | 'your own';
  readonly text: string;
  /** What to do about it, as a sentence. */
  readonly help?: string;
}

/** What stands before the machine. */
export interface Firewall {
  /** As its customers call it; absent: there is none unless they add one. */
  readonly name?: string;
  /** Nothing comes in until ports are opened, or not all that a relay needs. */
  readonly isClosed: boolean;
  /** Where ports are opened. */
  readonly where?: string;
}

interface UserData {
  /** Where the text is pasted; absent where there is no place for it, or it is not documented. */
  readonly form?: Fact;
  /** Where a script for root is pasted, if there is such a place. */
  readonly script?: Fact;
  /**
   * How the text of a machine is changed, where cloud-init reads it again at the next boot (its datasource there has no
   * `check_instance_id`, or the machine becomes another). Absent: a reboot changes nothing.
   */
  readonly edit?: Fact;
  /** How a machine gets another text where a reboot changes nothing; its address is kept where it says so. */
  readonly replace?: Fact;
  readonly limit?: Fact<Limit>;
  readonly encoding?: Fact;
  readonly gzip?: Fact<Gzip>;
}

/** Where the public address is to be asked for: a path at the metadata service, and a header. */
export type Question = readonly [path: string, header?: string, value?: string];

/**
 * What the cloud-init of Debian 12 (22.4.2) makes of a machine there. Places in its data are names of `ds` in
 * instance-data.json, joined by dots, with `_` for `-`.
 */
interface CloudInit {
  /** Its names for the cloud, each of one record only: `v1.cloud_name`, or `v1.platform` where that is unknown. */
  readonly names: readonly string[];
  readonly datasource?: Fact;
  /** No datasource finds the text: a stock machine gets no user-data. */
  readonly ignoresUserData?: true;
  /**
   * What its firmware says, by which ds-identify knows the cloud: files in `/sys/class/dmi/id`. Where none of its
   * datasources finds the text, the relay knows the cloud by `sys_vendor`, which is one of its names.
   */
  readonly dmi?: Fact<Readonly<Record<string, string>>>;
  /** Where the public IPv4 address is, for machines that do not have it themselves (NAT). */
  readonly ipv4?: Fact;
  /** Where it is asked for, because cloud-init does not. */
  readonly askIpv4?: Fact<Question>;
  /** Where the owner's own names and values are: tags, labels, attributes, properties. */
  readonly tags?: Fact;
}

/** What Packer starts from. It changes from year to year. */
export interface PackerFacts {
  /** Packer's name of the builder; the rest of its template is in `src/packer/relay/builders`. */
  readonly builder: string;
  /** The cloud's own Debian 12: a name, a family, a pattern or a number, as the builder wants it. */
  readonly image?: DatedFact;
  /** What the images of Debian 12 are called together, where that is asked for too. */
  readonly family?: DatedFact;
  /** Whose images they are: an account, a publisher. */
  readonly owner?: DatedFact;
  /** A small machine. */
  readonly machine?: DatedFact;
  readonly region?: DatedFact;
  /** With access to the Internet. */
  readonly network?: DatedFact;
  /** Where the API is. */
  readonly endpoint?: DatedFact;
  /** Commands that list what there is today, by the variable of the template. */
  readonly lists?: Fact<Readonly<Record<string, string>>>;
}

/** All that we know of a cloud, or of another place where machines are rented or made. */
export interface Cloud {
  /** As people call it, in small letters; the record's file has the same name. */
  readonly name: string;
  /** What else it is called. */
  readonly aliases: readonly string[];
  /** For people. */
  readonly title: string;
  readonly userData: UserData;
  readonly cloudInit: CloudInit;
  readonly port25?: Fact<Port25>;
  readonly reverseDns?: Fact;
  readonly firewall?: Fact<Firewall>;
  /** Who logs in to its own Debian 12. */
  readonly login?: Fact;
  /**
   * Below these it names machines by itself, where the name does not show their whole address; `N` stands for a
   * number.
   */
  readonly defaultDomains?: Fact<readonly string[]>;
  /** How to upload an image. */
  readonly imageImport?: Fact;
  readonly packer?: PackerFacts;
}
