import { expect, test } from 'vitest';
import { chosenName } from '../../../src/relay/cloud/host-name.ts';

test.each([
  ['chat.example.org', 'chat.example.org'],
  ['Chat.Example.ORG.', 'chat.example.org'],
  ['v4.relay7.example.org', 'v4.relay7.example.org'],
  ['chat.ip-1-2.eu', 'chat.ip-1-2.eu'],
  ['chat.ip-51-68-1.example.org', 'chat.ip-51-68-1.example.org'],
  ['chat.kimsufi.example.org', 'chat.kimsufi.example.org'],
])('%s was chosen', (name, expected) => {
  expect(chosenName(name)).toBe(expected);
});

test.each([
  undefined,
  '',
  'relay',
  'localhost.localdomain',
  'relay.local',
  'relay.lan',
  'relay.internal',
  'fritz.box.home.arpa',
  'ip-10-0-0-4.eu-central-1.compute.internal',
  'relay.europe-west3-a.c.project-1234.internal',
  'ec2-198-51-100-7.eu-central-1.compute.amazonaws.com',
  '198.51.100.7.vultrusercontent.com',
  'static.7.100.51.198.clients.your-server.de',
  '198-51-100-7.ip.linodeusercontent.com',
  '7.100.51.198.bc.googleusercontent.com',
  'relay.westeurope.cloudapp.azure.com',
  'vps-1a2b3c4d.vps.ovh.net',
  'relay.openstacklocal',
  'relay.novalocal',
  'relay.subnet.vcn.oraclevcn.com',
  '1f3c7a3e.fr-par-1.instances.scw.cloud',
  'relay.de-fra1.upcloud.host',
  'vmi123456.contaboserver.net',
  'v2202001.luckysrv.de',
  'v2202001.powersrv.de',
  'vultr.guest',
  'ns3012345.ip-51-68-1.eu',
  'ns512345.ip-158-69-1.net',
  'ns1012345.ip-147-135-1.us',
  'ns398062.kimsufi.com',
  'vps123456.ovh.net',
  'li123-45.members.linode.com',
  'i-0123456789abcdef0.eu-central-1.compute.amazonaws.com',
  'i-0123456789abcdef0.cn-north-1.compute.amazonaws.com.cn',
  'ip-10-0-0-4.ec2.internal',
  'ip85-215-76-79.pbiaas.com',
  'relay.internal.cloudapp.net',
  'sd-12345.dedibox.fr',
  'a1b2c3d4.rev.poneytelecom.eu',
  'srv123456.hstgr.cloud',
  'h1234567.stratoserver.net',
  'host-198-51-100-7.isp.example.org',
  '198.51.100.7',
  '_chat.example.org/',
  'not a name.example.org',
])('%s was not', (name) => {
  expect(chosenName(name)).toBe(undefined);
});
