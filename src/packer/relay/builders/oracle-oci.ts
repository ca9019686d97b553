import { oracle } from '../../../model/clouds/oracle.ts';
import { type Builder, hashicorp, IMAGE_NAME, variable } from '../builder.ts';
import { offered, own } from '../variables.ts';

export const oracleOci: Builder = {
  type: oracle.packer.builder,
  cloud: oracle,
  plugin: hashicorp('oracle'),
  isInDebian: true,
  variables: {
    tenancy_ocid: own('tenancy_ocid', 'tenancy', 'OCI_TENANCY_OCID'),
    user_ocid: own('user_ocid', 'user', 'OCI_USER_OCID'),
    fingerprint: own('fingerprint', 'fingerprint of the API key', 'OCI_FINGERPRINT'),
    key_file: own('key_file', 'file of the API key', 'OCI_KEY_FILE'),
    region: offered('region', 'Region', oracle.packer.region, oracle.packer),
    availability_domain: own('availability_domain', 'availability domain', 'OCI_AVAILABILITY_DOMAIN'),
    compartment_ocid: own('compartment_ocid', 'compartment', 'OCI_COMPARTMENT_OCID'),
    subnet_ocid: own('subnet_ocid', 'subnet with access to the Internet', 'OCI_SUBNET_OCID'),
    // The cloud has no Debian of its own.
    base_image_ocid: own('base_image_ocid', 'image of Debian 12 that was imported', 'OCI_BASE_IMAGE_OCID'),
    shape: offered('shape', 'Shape of the machine', oracle.packer.machine, oracle.packer),
  },
  settings: {
    availability_domain: variable('availability_domain'),
    base_image_ocid: variable('base_image_ocid'),
    compartment_ocid: variable('compartment_ocid'),
    fingerprint: variable('fingerprint'),
    image_name: IMAGE_NAME,
    key_file: variable('key_file'),
    region: variable('region'),
    shape: variable('shape'),
    ssh_username: oracle.login.value,
    subnet_ocid: variable('subnet_ocid'),
    tenancy_ocid: variable('tenancy_ocid'),
    user_ocid: variable('user_ocid'),
  },
};
