import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildRelayPackage } from '../package/deb.ts';
import { roomTable } from '../package/room.ts';
import { defineCommand } from './command.ts';
import { room } from './room.ts';

export const command = defineCommand({
  name: 'package',
  summary: 'build the Debian package that is all of ours inside a relay',
  options: {
    output: { type: 'string', value: 'DIR', help: 'where to put it, dist by default' },
    json: { type: 'boolean', help: 'print the result as JSON' },
  },
  async run({ stdout, stderr, cwd }, { values }) {
    const { path, version, tree } = await buildRelayPackage(resolve(cwd, values.output ?? 'dist'));
    const { size } = await stat(path);
    if (values.json) {
      stdout.write(`${JSON.stringify({ path, version, size, room: room(tree) })}\n`);
      return 0;
    }
    stderr.write(roomTable(room(tree), size));
    stdout.write(`${path}\n`);
    return 0;
  },
});
