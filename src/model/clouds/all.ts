import { aws } from './aws.ts';
import { azure } from './azure.ts';
import type { Cloud } from './cloud.ts';
import { contabo } from './contabo.ts';
import { digitalocean } from './digitalocean.ts';
import { exoscale } from './exoscale.ts';
import { google } from './google.ts';
import { hetzner } from './hetzner.ts';
import { incus } from './incus.ts';
import { ionos } from './ionos.ts';
import { linode } from './linode.ts';
import { netcup } from './netcup.ts';
import { openstack } from './openstack.ts';
import { oracle } from './oracle.ts';
import { ovh } from './ovh.ts';
import { ovhVps } from './ovh-vps.ts';
import { proxmox } from './proxmox.ts';
import { qemu } from './qemu.ts';
import { scaleway } from './scaleway.ts';
import { upcloud } from './upcloud.ts';
import { vultr } from './vultr.ts';

/** Every cloud with a record, in the order they are listed in. */
export const CLOUDS: readonly Cloud[] = [
  ...[hetzner, digitalocean, aws, vultr, linode, openstack, ovh, scaleway, google, azure],
  ...[exoscale, oracle, upcloud, ionos, contabo, netcup, ovhVps, proxmox, incus, qemu],
];

export const CLOUD_NAMES: readonly string[] = CLOUDS.map(({ name }) => name);

/** The cloud of that name, or that is also called so; `undefined` for any other name. */
export const cloudNamed = (name: string): Cloud | undefined =>
  CLOUDS.find((cloud) => cloud.name === name || cloud.aliases.includes(name));
