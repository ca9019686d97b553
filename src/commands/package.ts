import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildRelayPackage } from '../package/deb.ts';
import { sizeTable } from '../package/size-table.ts';
import { defineCommand } from './command.ts';
import { textSize } from './text-size.ts';

export const command = defineCommand({
  name: 'package',
  summary: 'build the Debian package that is all of ours inside a relay',
  options: {
    output: { type: 'string', value: 'DIR', help: 'where to put it, dist by default' },
    json: { type: 'boolean', help: 'print the result as JSON' },
  },
  async run({ stdout, stderr, cwd }, { values }) {
    const { path, version } = await buildRelayPackage(resolve(cwd, values.output ?? 'dist'));
    const { size } = await stat(path);
    if (values.json) {
      stdout.write(`${JSON.stringify({ path, version, size, text: textSize() })}\n`);
      return 0;
    }
    stderr.write(sizeTable(textSize(), size));
    stdout.write(`${path}\n`);
    return 0;
  },
});
