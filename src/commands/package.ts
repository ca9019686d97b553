import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildRelayPackage } from '../package/deb.ts';
import { ROOM, roomOf } from '../package/room.ts';
import { defineCommand } from './command.ts';

const row = (name: string, ...cells: (string | number)[]): string =>
  `${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;

export const command = defineCommand({
  name: 'package',
  summary: 'build the Debian package that is all of ours inside a relay',
  options: {
    output: { type: 'string', value: 'DIR', help: 'where to put it, dist by default' },
    json: { type: 'boolean', help: 'print the result as JSON' },
  },
  async run({ stdout, stderr, cwd }, { values }) {
    const { path, version, tree } = await buildRelayPackage(resolve(cwd, values.output ?? 'dist'));
    const rooms = await roomOf(tree);
    const { size } = await stat(path);
    if (values.json) {
      stdout.write(`${JSON.stringify({ path, version, size, room: rooms })}\n`);
      return 0;
    }
    stderr.write(row('', 'files', 'bytes', 'xz'));
    for (const room of rooms) stderr.write(row(room.name, room.files, room.bytes, room.compressed));
    const counted = rooms
      .filter((room) => room.name !== 'documentation')
      .reduce((sum, room) => sum + room.compressed, 0);
    stderr.write(`${counted} of ${ROOM} bytes of room used; the package has ${size} bytes\n`);
    stdout.write(`${path}\n`);
    return 0;
  },
});
