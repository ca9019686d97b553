import type { Cloud } from './cloud.ts';
import { asOf, documented } from './fact.ts';
import { ownNetwork } from './own-network.ts';

export const incus = {
  ...ownNetwork,
  name: 'incus',
  aliases: ['lxd'],
  title: 'Incus',
  userData: {
    edit: documented(
      '`incus config set relay cloud-init.user-data="$(cat relay.txt)"`, then `incus restart relay`',
      'incus, doc/cloud-init.md',
    ),
    form: documented(
      'incus launch images:debian/12/cloud relay --vm --config cloud-init.user-data="$(cat relay.txt)"',
      'incus, doc/cloud-init.md',
    ),
    encoding: documented('plain text', 'incus, doc/cloud-init.md'),
  },
  cloudInit: {
    names: [],
    datasource: documented('NoCloud; LXD for machines of LXD', 'incus, doc/cloud-init.md'),
  },
  login: documented('debian', "Debian's cloud.cfg"),
  imageImport: documented('a tar, or a qcow2 with metadata.yaml', 'incus, doc/image-handling.md'),
  packer: {
    builder: 'incus',
    image: asOf('2026-11', documented('images:debian/12/cloud', "Incus's image server")),
    lists: documented(
      {
        image: 'incus image list images:debian',
      },
      'incus(1)',
    ),
  },
} as const satisfies Cloud;
