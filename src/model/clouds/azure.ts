import type { Cloud } from './cloud.ts';
import { asOf, documented, reported, unconfirmed } from './fact.ts';

export const azure = {
  name: 'azure',
  aliases: [],
  title: 'Microsoft Azure',
  userData: {
    replace: documented(
      'delete the machine and create it again; a static public IP address can be kept',
      'azure-compute-docs, custom-data.md: it cannot be updated',
    ),
    form: unconfirmed('Create virtual machine, image Debian 12, Advanced, "Custom data"', 'its portal'),
    // The page does not say whether that is before or after base64.
    limit: unconfirmed({ bytes: 65_536, of: 'text' }, 'azure-compute-docs, custom-data.md'),
    encoding: documented(
      'plain text in the portal and the client, base64 in the API',
      'azure-compute-docs, custom-data.md',
    ),
    gzip: unconfirmed('as it is', 'user_data.py of cloud-init 22.4.2, which unpacks it'),
  },
  cloudInit: {
    names: ['azure'],
    datasource: documented('Azure', 'ds-identify of cloud-init 22.4.2'),
    dmi: documented(
      { chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' },
      'ds-identify of cloud-init 22.4.2',
    ),
    ipv4: documented(
      'meta_data.imds.network.interface.0.ipv4.ipAddress.0.publicIpAddress',
      'DataSourceAzure.py of cloud-init 22.4.2',
    ),
    // For addresses of the standard kind the other place is empty.
    askIpv4: documented(
      ['metadata/loadbalancer?api-version=2020-10-01', 'Metadata', 'true'],
      "Azure's documentation, instance metadata service",
    ),
    tags: documented('meta_data.imds.compute.tagsList', 'DataSourceAzure.py of cloud-init 22.4.2'),
  },
  port25: documented(
    {
      state: 'blocked',
      text: 'outgoing 25 is blocked except with an Enterprise Agreement',
      help: 'With an Enterprise Agreement it is open; with some other subscriptions you can ask for it.',
    },
    'azure-docs, troubleshoot outbound SMTP',
  ),
  reverseDns: unconfirmed('reverse name on the public address', 'the provider'),
  firewall: unconfirmed(
    { name: 'network security group', isClosed: true, where: 'the machine, Networking, Inbound port rules' },
    'its portal',
  ),
  login: unconfirmed('the user you choose', 'its portal'),
  defaultDomains: reported(['azure.com', 'cloudapp.net'], 'names of rented machines'),
  imageImport: reported('fixed VHD as a page blob', "Fedora CoreOS's guide for Azure"),
  packer: {
    builder: 'azure-arm',
    // The SKU of generation 1: machines of generation 2 are of Trusted Launch by default, and no managed image can be
    // made of those.
    image: asOf(
      '2026-11',
      documented(
        '12',
        "Debian Cloud Team, images for Azure; Azure's documentation, Trusted Launch; packer#13189",
      ),
    ),
    family: asOf('2026-11', documented('debian-12', 'Debian Cloud Team, images for Azure')),
    owner: asOf('2026-11', documented('Debian', 'Debian Cloud Team, images for Azure')),
    machine: asOf('2026-11', documented('Standard_B1ms', "Azure's documentation, B-series")),
    region: asOf('2026-11', documented('westeurope', "Azure's documentation, regions")),
    lists: documented(
      {
        vm_size: 'az vm list-sizes --location LOCATION',
        location: 'az account list-locations',
        image_sku: 'az vm image list-skus --publisher Debian --offer debian-12 --location LOCATION',
      },
      'az, its client',
    ),
  },
} as const satisfies Cloud;
