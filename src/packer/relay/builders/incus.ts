import { incus as cloud } from '../../../model/clouds/incus.ts';
import { type Builder, IMAGE_NAME, plugin, variable } from '../builder.ts';
import { offered } from '../variables.ts';

export const incus: Builder = {
  type: cloud.packer.builder,
  cloud,
  plugin: plugin('incus', 'bketelsen/incus', '1.0.0'),
  isInDebian: false,
  variables: {
    image: offered('image', 'Image of Debian 12 with cloud-init', cloud.packer.image, cloud.packer),
    virtual_machine: { type: 'bool', description: 'A machine of its own, not a container.', default: true },
  },
  settings: {
    image: variable('image'),
    output_image: IMAGE_NAME,
    publish_properties: { description: 'chatmail relay that sets itself up' },
    virtual_machine: variable('virtual_machine'),
  },
};
