import { PORTS } from '../model/ports.ts';
import { SERVICES, type Service } from '../model/services.ts';
import type { PackageTree } from './tree.ts';

/** The unit of a service, or what we add to one of Debian's. */
const unitText = (tree: PackageTree, unit: string): string => {
  const folder = '/usr/lib/systemd/system';
  const file = tree.get(`${folder}/${unit}.service`) ?? tree.get(`${folder}/${unit}.service.d/chatmail.conf`);
  return String(file?.content ?? '');
};

/** All values given for a directive, in order. */
const valuesOf = (unit: string, directive: string): string[] =>
  [...unit.matchAll(new RegExp(`^${directive}=(.+)$`, 'gm'))].flatMap(([, value = '']) => value.split(' '));

const networkOf = (unit: string): string => {
  if (valuesOf(unit, 'PrivateNetwork').includes('yes')) return 'none';
  return valuesOf(unit, 'IPAddressDeny').includes('any') ? 'this machine' : 'the Internet';
};

const userOf = (unit: string, { user, groups = [] }: Service): string => {
  const isOwn = valuesOf(unit, 'DynamicUser').includes('yes');
  return [isOwn ? 'one made for it' : user, ...groups.map((group) => `group ${group}`)].join(', ');
};

const clientsOf = ({ ports = [], sockets = [] }: Service): string =>
  [
    ...ports.map((name) => `anybody at ${PORTS[name].port}/${PORTS[name].protocol}`),
    ...sockets.map(({ name, user, group }) => `${[user, group].filter(Boolean).join(' and ')} at ${name}`),
  ].join(', ') || 'nobody';

const capabilitiesOf = (unit: string): string =>
  valuesOf(unit, 'CapabilityBoundingSet')
    .map((name) => name.replace('CAP_', '').toLowerCase())
    .join(', ') || 'none';

const writesOf = (unit: string): string => {
  if (valuesOf(unit, 'ProtectSystem').includes('strict'))
    return valuesOf(unit, 'ReadWritePaths').join(', ') || 'nothing';
  return 'what its user may';
};

const rowOf = (tree: PackageTree, service: Service): string[] => {
  const unit = unitText(tree, service.unit);
  return [
    `\`${service.unit}\`: ${service.description}`,
    userOf(unit, service),
    clientsOf(service),
    networkOf(unit),
    capabilitiesOf(unit),
    writesOf(unit),
  ];
};

/** What each service may do, by its unit and the table of services, as a table in Markdown. */
export const privilegesTable = (tree: PackageTree): string =>
  [
    ['service', 'user', 'who may connect', 'network', 'capabilities', 'writes to'],
    ['---', '---', '---', '---', '---', '---'],
    ...SERVICES.map((service) => rowOf(tree, service)),
  ]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');
