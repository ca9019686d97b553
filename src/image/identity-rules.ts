/** A file of the tree as the rules see it. Paths begin with a slash. */
export interface Entry {
  readonly path: string;
  /** As find(1) names it: `f` file, `d` folder, `l` link and so on. */
  readonly type: string;
  readonly size: number;
}

/** Something that would make every machine of this image the same one, or tell who built it. */
export interface Leak {
  readonly path: string;
  readonly rule: string;
}

interface Rule {
  readonly rule: string;
  readonly path: RegExp;
  /** The file may be there, if it is empty. */
  readonly mayBeEmpty?: true;
}

export const IDENTITY_RULES: readonly Rule[] = [
  { rule: 'no SSH host key', path: /^\/etc\/ssh\/ssh_host_/ },
  { rule: 'no machine id', path: /^\/(etc|var\/lib\/dbus)\/machine-id$/, mayBeEmpty: true },
  {
    rule: 'no random seed',
    path: /^\/var\/lib\/(systemd\/random-seed|urandom\/random-seed)$|^\/boot\/.*random-seed$/,
  },
  { rule: 'no systemd credential secret', path: /^\/var\/lib\/systemd\/credential\.secret$/ },
  { rule: 'no host name', path: /^\/etc\/(hostname|mailname)$/ },
  {
    rule: 'no private key',
    path: /^\/etc\/ssl\/private\/.|^\/etc\/dovecot\/private\/.|^\/etc\/unbound\/.*\.(key|pem)$/,
  },
  { rule: 'no self-signed certificate', path: /^\/etc\/ssl\/certs\/ssl-cert-snakeoil\.pem$/ },
  { rule: 'no DKIM key', path: /^\/etc\/dkimkeys\/.*\.(private|txt|pem|key)$/ },
  { rule: 'no ACME account or certificate', path: /^\/var\/lib\/acme\/(accounts|certs|keys|live)\/./ },
  { rule: 'no mailbox', path: /^\/home\/vmail\/mail\/./ },
  { rule: 'no settled relay', path: /^\/etc\/chatmail\/relay\.json$|^\/var\/lib\/chatmail\/./ },
  { rule: 'no cloud instance', path: /^\/var\/lib\/cloud\/(instance|instances\/.|data\/.|sem\/.)/ },
  { rule: 'no authorized key', path: /\/\.ssh\/./ },
  { rule: 'no history', path: /\/\.\w+_history$/ },
  { rule: 'no DHCP lease', path: /^\/var\/lib\/(dhcp|NetworkManager|systemd\/network)\/.*lease/ },
  {
    rule: 'no list or archive of apt',
    path: /^\/var\/lib\/apt\/lists\/.*_|^\/var\/cache\/apt\/.*\.(deb|bin)$/,
  },
  { rule: 'no log', path: /^\/var\/log\/.*\.log$|^\/var\/log\/(apt|journal)\/./, mayBeEmpty: true },
  {
    rule: 'no queued mail',
    path: /^\/var\/spool\/postfix\/(active|corrupt|deferred|hold|incoming|maildrop)\/./,
  },
  { rule: 'no file of the making', path: /^\/(etc|usr\/sbin)\/(policy-rc\.d|99mmdebstrap)$/ },
];

/** What breaks a rule, in the order of the tree. */
export const identityLeaks = (entries: readonly Entry[]): readonly Leak[] =>
  entries.flatMap(({ path, type, size }) =>
    type === 'd'
      ? []
      : IDENTITY_RULES.filter(
          (rule) => rule.path.test(path) && !(rule.mayBeEmpty && type === 'f' && size === 0),
        ).map(({ rule }) => ({ path, rule })),
  );

/** Shell script: prints the files below `$1` that have a private key in them, whatever they are called. */
export const PRIVATE_KEYS = `cd "$1" && grep -rlIE -e '-----BEGIN ([A-Z]+ )*PRIVATE KEY' etc home opt root srv var || [ $? = 1 ]`;

/** A line of shadow(5) whose account has no password. */
export const WITHOUT_PASSWORD = /^[^:]+:[!*]/;

/** Accounts that have a password: in shadow(5) a hash is neither empty nor starts with `!` or `*`. */
export const passwordLeaks = (shadow: string): readonly Leak[] =>
  shadow
    .split('\n')
    .filter((line) => line !== '')
    .filter((line) => !WITHOUT_PASSWORD.test(line))
    .map((line) => ({ path: '/etc/shadow', rule: `no password (${line.split(':')[0]})` }));

/** Something that must be there. */
export type Need = readonly [what: string, path: RegExp];

/** What no image works without: a mistake in the building would otherwise show at its first boot only. */
export const NEEDED_OF_MACHINE: readonly Need[] = [
  ['a kernel', /^\/boot\/vmlinuz-/],
  ['its initramfs', /^\/boot\/initrd\.img-/],
  ['the link GRUB follows to the kernel', /^\/vmlinuz$/],
  ['the link GRUB follows to the initramfs', /^\/initrd\.img$/],
  ["GRUB's configuration", /^\/boot\/grub\/grub\.cfg$/],
  ['a place for the machine id', /^\/etc\/machine-id$/],
  ['cloud-init', /^\/usr\/bin\/cloud-init$/],
];

/** What no relay's image works without. */
export const NEEDED: readonly Need[] = [...NEEDED_OF_MACHINE, ['the relay', /^\/usr\/bin\/chatmail$/]];

/** What is not in the tree, and should be. */
export const missingParts = (entries: readonly Entry[], needed = NEEDED): readonly string[] =>
  needed.filter(([, path]) => !entries.some((entry) => path.test(entry.path))).map(([what]) => what);
