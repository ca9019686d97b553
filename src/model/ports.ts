/** A port that the Internet reaches, by its name in RFC 6335's registry. */
export interface Port {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Published as an SRV record (RFC 6186, RFC 8314 §5.1). */
  readonly hasSrv?: true;
  /** Open only while a setting wants it. */
  readonly isOptional?: true;
}

/** Every port of a relay that the Internet reaches. */
export const PORTS = {
  smtp: { port: 25, protocol: 'tcp' },
  http: { port: 80, protocol: 'tcp' },
  https: { port: 443, protocol: 'tcp' },
  submission: { port: 587, protocol: 'tcp', hasSrv: true },
  submissions: { port: 465, protocol: 'tcp', hasSrv: true },
  imap: { port: 143, protocol: 'tcp', hasSrv: true },
  imaps: { port: 993, protocol: 'tcp', hasSrv: true },
  turn: { port: 3478, protocol: 'udp', isOptional: true },
} as const satisfies Record<string, Port>;

export type PortName = keyof typeof PORTS;

/** TCP ports that are always open, in ascending order: what a firewall must let in. */
export const TCP_PORTS: readonly number[] = Object.values<Port>(PORTS)
  .filter(({ protocol, isOptional }) => protocol === 'tcp' && !isOptional)
  .map(({ port }) => port)
  .sort((a, b) => a - b);

/** Ports on the loopback address, between services of one machine. */
export const LOOPBACK_PORTS = {
  /** Postfix, from the courier: what came by HTTPS. */
  reinject: 10025,
  /** Postfix, from nginx. */
  smtp: 10026,
  submission: 10587,
  submissions: 10465,
  /** Dovecot, from nginx: port 443 with ALPN `imap`. */
  imaps: 10993,
  /** nginx, from its own ports to its pages; and port 443 with ALPN `smtp`. */
  http: 10080,
  https: 8443,
  alpnSmtp: 10443,
  iroh: 3340,
} as const;

export type LoopbackPortName = keyof typeof LOOPBACK_PORTS;

/** Where a collector finds metrics, if `metrics_address` is set; mtail's port. */
export const METRICS_PORT = 3903;
