import { expression, type Part, type Template } from '../template.ts';
import type { Builder } from './builder.ts';
import { GUEST_SCRIPTS } from './guest-scripts.ts';
import { matches } from './variables.ts';

/** Clouds differ in who may log in; the scripts are root's. */
const AS_ROOT = '$(test "$(id -u)" = 0 || echo sudo -n) env {{ .Vars }} sh -eu {{ .Path }}';

const script = (name: string): Part => ({
  type: 'shell',
  settings: { script: expression(`"\${path.root}/../provision/${name}"`), execute_command: AS_ROOT },
});

const upload = (source: string, destination: string): Part => ({
  type: 'file',
  settings: { source: expression(source), destination },
});

/** Name of the source in every template. */
const SOURCE_NAME = 'relay';

/** What happens in the machine, for every builder. The seal is last: no login works after it. */
const [WAIT, ...REST] = Object.keys(GUEST_SCRIPTS).map(script);
const PROVISIONERS: readonly Part[] = [
  ...(WAIT ? [WAIT] : []),
  upload('local.relay_package', '/tmp/chatmail-relay.deb'),
  upload('local.extras_package', '/tmp/chatmail-relay-extras.deb'),
  upload('"${path.root}/../chatmail.yaml"', '/tmp/chatmail.yaml'),
  ...REST.slice(0, -1),
  {
    type: 'file',
    settings: {
      direction: 'download',
      source: '/var/lib/dpkg/status',
      destination: expression('"${path.root}/dpkg-status"'),
    },
  },
  ...REST.slice(-1),
];

/** The template for a builder. It is in one file that Packer 1.6.6 takes too; {@link pluginsOf} is another. */
export const relayTemplate = ({ type, variables, settings }: Builder): Template => ({
  variables: {
    image_name: {
      type: 'string',
      description: 'Name of the image; the time of its making is added.',
      default: 'chatmail-relay',
      validation: {
        condition: matches('image_name', '^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$'),
        message: 'Set image_name to small letters, digits and hyphens.',
      },
    },
    relay_package: {
      type: 'string',
      description:
        "The relay's Debian package; chatmail-relay.deb beside the folder of this file when not set.",
      default: '',
    },
    extras_package: {
      type: 'string',
      description:
        'The second package of the same version; chatmail-relay-extras.deb beside the folder of this file when not set.',
      default: '',
    },
    ...variables,
  },
  locals: {
    image: expression('"${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"'),
    relay_package: expression(
      'var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"',
    ),
    extras_package: expression(
      'var.extras_package != "" ? var.extras_package : "${path.root}/../chatmail-relay-extras.deb"',
    ),
  },
  sources: [{ type, name: SOURCE_NAME, settings }],
  builds: [
    {
      sources: [`source.${type}.${SOURCE_NAME}`],
      provisioners: PROVISIONERS,
      postProcessors: [
        { type: 'manifest', settings: { output: expression('"${path.root}/packer-manifest.json"') } },
      ],
    },
  ],
});

/** The file that Packer 1.6.6 does not take, and later ones read beside the other. */
export const pluginsOf = ({ plugin: { name, source, version, packer } }: Builder): Template => ({
  requiredVersion: `>= ${packer}`,
  plugins: { [name]: { source, version } },
});
