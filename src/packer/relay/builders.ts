import type { Builder } from './builder.ts';
import { amazonEbs } from './builders/amazon-ebs.ts';
import { azureArm } from './builders/azure-arm.ts';
import { digitalocean } from './builders/digitalocean.ts';
import { exoscale } from './builders/exoscale.ts';
import { googlecompute } from './builders/googlecompute.ts';
import { hcloud } from './builders/hcloud.ts';
import { incus } from './builders/incus.ts';
import { linode } from './builders/linode.ts';
import { openstack } from './builders/openstack.ts';
import { oracleOci } from './builders/oracle-oci.ts';
import { proxmoxClone } from './builders/proxmox-clone.ts';
import { qemu } from './builders/qemu.ts';
import { scaleway } from './builders/scaleway.ts';
import { upcloud } from './builders/upcloud.ts';
import { vultr } from './builders/vultr.ts';

/** All builders, in the order they are listed in. */
export const BUILDERS: readonly Builder[] = [
  qemu,
  hcloud,
  amazonEbs,
  digitalocean,
  googlecompute,
  azureArm,
  openstack,
  vultr,
  linode,
  scaleway,
  upcloud,
  exoscale,
  oracleOci,
  proxmoxClone,
  incus,
];
