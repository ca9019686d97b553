import { isIPv4 } from 'node:net';
import { shellCommand } from '../program/shell-words.ts';
import type { Machine } from './machine.ts';
import type { Usable } from './verdict.ts';

const url = (machine: Machine): string => {
  const { https } = machine.ports;
  return `https://${machine.address}${https === 443 ? '' : `:${https}`}/`;
};

/** One line for a program: `state`, `address`, `domain`, `ports`, `exec` and more. */
export const machineJson = (machine: Machine, relay: Usable): string => {
  const { backend, address, ports, exec } = machine;
  return `${JSON.stringify({ ...relay, backend, address, url: url(machine), ports, exec })}\n`;
};

const portList = (machine: Machine): string =>
  Object.entries(machine.ports)
    .map(([name, port]) => `${name} ${port}`)
    .join(', ');

const nameHint = ({ address }: Machine, relay: Usable): string | undefined =>
  relay.state === 'ready' && !isIPv4(relay.domain)
    ? `only the machine itself knows ${relay.domain}; add \`${address} ${relay.domain}\` to /etc/hosts to use it here`
    : undefined;

/** Where the machine is, for a person. */
export const machineText = (machine: Machine, relay: Usable): string => {
  const { exec } = machine;
  const rows: [name: string, text: string | undefined][] = [
    ['page', url(machine)],
    ['relay', relay.state === 'ready' ? relay.domain : undefined],
    ['waiting', relay.state === 'waiting' ? relay.problem : undefined],
    ['join', relay.state === 'ready' ? 'open the page and scan its code with Delta Chat' : undefined],
    ['name', nameHint(machine, relay)],
    ['ports', portList(machine)],
    ['shell', exec && shellCommand([...exec, 'bash'])],
    ['stop', 'Ctrl-C; nothing is kept'],
  ];
  return rows
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(9)}${text}\n`)
    .join('');
};
