import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const digitalocean = {
  name: 'digitalocean',
  aliases: ['do'],
  title: 'DigitalOcean',
  userData: {
    replace: documented(
      'destroy the droplet and create it again; a reserved IP keeps its address',
      'hashicorp/terraform#3740: the text cannot be changed',
    ),
    form: unconfirmed(
      'Create droplet, image Debian 12, Advanced options, "Add initialization scripts"',
      'its panel',
    ),
    limit: documented({ bytes: 65_536, of: 'text' }, 'digitalocean/openapi, droplet_create.yml'),
    encoding: documented(
      'plain text only; base64 is not decoded',
      'digitalocean/openapi, droplet_create.yml',
    ),
    gzip: documented('no', 'digitalocean/openapi, droplet_create.yml: must be plain text'),
  },
  cloudInit: {
    names: ['digitalocean'],
    datasource: documented('DigitalOcean', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ sys_vendor: 'DigitalOcean' }, 'ds-identify of cloud-init 22.4.2'),
  },
  port25: documented(
    {
      state: 'blocked',
      text: 'outgoing 25 is blocked for new accounts',
      help: 'DigitalOcean does not open it.',
    },
    "DigitalOcean's support pages, why is SMTP blocked",
  ),
  reverseDns: reported("follows the droplet's name, if that is a full domain", 'serverpilot.io'),
  firewall: unconfirmed({ isClosed: false }, 'its panel'),
  login: documented('root', 'packer-plugin-digitalocean, examples'),
  imageImport: documented(
    'from a URL: raw, qcow2, vhdx, vdi or vmdk, gzip or bzip2; without IPv6',
    "DigitalOcean's documentation of custom images",
  ),
  packer: {
    builder: 'digitalocean',
    image: asOf('2026-11', documented('debian-12-x64', 'packer-plugin-digitalocean, examples')),
    machine: asOf('2026-11', documented('s-1vcpu-1gb', 'digitalocean/openapi, sizes')),
    region: asOf('2026-11', documented('fra1', 'digitalocean/openapi, regions')),
    lists: documented(
      {
        size: 'doctl compute size list',
        region: 'doctl compute region list',
        image: 'doctl compute image list-distribution',
      },
      'doctl, its client',
    ),
  },
} as const satisfies Cloud;
