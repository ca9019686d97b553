import { renderUserData } from '../cloud-init/user-data.ts';
import { readPayload } from '../package/payload.ts';
import { type SizeRow, sizeRows } from '../package/size-table.ts';

/** What uses the space in a text for stock Debian 12 with every setting at its default. */
export const textSize = (): SizeRow[] => {
  const payload = readPayload();
  const { size } = renderUserData({}, { base: 'debian', payload });
  return sizeRows(payload, size);
};
