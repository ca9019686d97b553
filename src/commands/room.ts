import { renderUserData } from '../cloud-init/user-data.ts';
import { readPayload } from '../package/payload.ts';
import { type Room, roomOf } from '../package/room.ts';
import type { PackageTree } from '../package/tree.ts';

/** What takes the room in a text for stock Debian 12 with every setting at its default. */
export const room = (tree: PackageTree): Room[] => {
  const payload = readPayload();
  const { size } = renderUserData({}, { base: 'debian', payload });
  return roomOf(tree, payload.digits.length, size);
};
