import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildRelayPackages } from '../package/deb.ts';
import { sizeTable } from '../package/size-table.ts';
import { defineCommand } from './command.ts';
import { textSize } from './text-size.ts';

export const command = defineCommand({
  name: 'package',
  summary: 'build the Debian packages chatmail-relay and chatmail-relay-extras',
  options: {
    output: { type: 'string', value: 'DIR', help: 'where to put them, dist by default' },
    json: { type: 'boolean', help: 'print the result as JSON' },
  },
  async run({ stdout, stderr, cwd }, { values }) {
    const { relay, extras } = await buildRelayPackages(resolve(cwd, values.output ?? 'dist'));
    const { path, version } = relay;
    const { size } = await stat(path);
    if (values.json) {
      const second = { path: extras.path, size: (await stat(extras.path)).size };
      stdout.write(`${JSON.stringify({ path, version, size, extras: second, text: textSize() })}\n`);
      return 0;
    }
    stderr.write(sizeTable(textSize(), size));
    stdout.write(`${path}\n${extras.path}\n`);
    return 0;
  },
});
