import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, tried, unconfirmed } from './fact.ts';

export const hetzner = {
  name: 'hetzner',
  aliases: ['hcloud'],
  title: 'Hetzner Cloud',
  userData: {
    replace: documented(
      'rebuild it with `hcloud server rebuild --image debian-12 --user-data-from-file relay.txt NAME` (hcloud 1.67 or later), which keeps its address',
      'hetznercloud/cli, server rebuild',
    ),
    form: unconfirmed('Create server, image Debian 12, field "Cloud config"', 'its console'),
    limit: documented({ bytes: 32_768, of: 'text' }, 'terraform-provider-hcloud, docs/resources/server.md'),
    // DataSourceHetzner decodes with `validate=True`: a line break makes it take the text literally.
    encoding: tried('plain text; base64 of gzip is understood too, in one line', 'cloud-init 22.4.2'),
    gzip: reported('inside base64', 'soleur#5944'),
  },
  cloudInit: {
    names: ['hetzner'],
    datasource: documented('Hetzner', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ sys_vendor: 'Hetzner' }, 'ds-identify of cloud-init 22.4.2'),
    askIpv4: documented(['hetzner/v1/metadata/public-ipv4'], 'docs.hetzner.cloud, server metadata'),
  },
  port25: documented(
    {
      state: 'on request',
      text: 'outgoing 25 and 465 are blocked',
      help: 'Send a limit request in the Hetzner Console, after your first paid invoice.',
    },
    "Hetzner's community tutorial on mailcow",
  ),
  reverseDns: documented('in the console and the API', 'terraform-provider-hcloud, hcloud_rdns'),
  firewall: unconfirmed({ isClosed: false }, 'its console'),
  login: documented('root', 'packer-plugin-hcloud, examples'),
  defaultDomains: reported(['your-cloud.host', 'your-server.de'], 'names of rented machines'),
  imageImport: documented(
    'no upload: write the raw image to the disk in the rescue system, then take a snapshot',
    'apricote/hcloud-upload-image; packer-plugin-hcloud, `rescue`',
  ),
  packer: {
    builder: 'hcloud',
    image: asOf('2026-11', documented('debian-12', 'packer-plugin-hcloud, examples')),
    machine: asOf(
      '2026-11',
      documented('cx23', 'docs.hetzner.cloud, changelog of 2025-10-16: cx22 went in January 2026'),
    ),
    region: asOf('2026-11', documented('fsn1', 'docs.hetzner.cloud, locations')),
    lists: documented(
      {
        server_type: 'hcloud server-type list',
        location: 'hcloud location list',
        image: 'hcloud image list --type system',
      },
      'hcloud, its client',
    ),
  },
} as const satisfies Cloud;
