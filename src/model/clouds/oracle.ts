import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const oracle = {
  name: 'oracle',
  aliases: ['oci'],
  title: 'Oracle Cloud',
  userData: {
    replace: documented(
      'terminate the instance and create it again; a reserved public IP keeps its address',
      'terraform-provider-oci, core_instance: a change of user_data makes another instance',
    ),
    form: unconfirmed('Create instance, Advanced options, Management, "Cloud-init script"', 'its console'),
    // Together with all other metadata of the instance, such as SSH keys.
    limit: documented({ bytes: 32_000, of: 'base64' }, 'terraform-provider-oci, core_instance'),
    encoding: documented('base64, together with all other metadata', 'terraform-provider-oci, core_instance'),
    gzip: unconfirmed('as it is', 'user_data.py of cloud-init 22.4.2, which unpacks it'),
  },
  cloudInit: {
    names: ['oracle'],
    datasource: documented('Oracle', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented({ chassis_asset_tag: 'OracleCloud.com' }, 'ds-identify of cloud-init 22.4.2'),
    tags: documented('freeformTags', 'DataSourceOracle.py of cloud-init 22.4.2'),
  },
  port25: reported(
    { state: 'on request', text: 'outgoing 25 is blocked', help: 'Ask its support, with a paid account.' },
    'poste.io#975',
  ),
  reverseDns: unconfirmed('by ticket', 'the provider'),
  firewall: unconfirmed(
    {
      name: 'security list',
      isClosed: true,
      where: "the subnet, Security Lists, Ingress Rules; the provider's own images have iptables rules, too",
    },
    'its console',
  ),
  login: documented('debian', 'Debian Cloud Team, genericcloud images; the cloud has no Debian of its own'),
  defaultDomains: reported(['oraclevcn.com'], 'names of rented machines'),
  imageImport: documented('QCOW2 or VMDK', "Oracle's documentation, importing custom images"),
  packer: {
    builder: 'oracle-oci',
    machine: asOf('2026-11', documented('VM.Standard.E2.1.Micro', "Oracle's documentation, shapes")),
    region: asOf('2026-11', documented('eu-frankfurt-1', "Oracle's documentation, regions")),
    lists: documented(
      {
        shape: 'oci compute shape list --compartment-id OCID',
        region: 'oci iam region list',
      },
      'oci, its client',
    ),
  },
} as const satisfies Cloud;
