import { userDataType } from '../config/user-data-type.ts';

/** Something about user-data that a person should know before waiting for a machine. */
interface UserDataRemark {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

/** Larger does not go into every provider's form. */
const SIZE_LIMIT = 16_384;

const GZIP = [0x1f, 0x8b];

/** MIME has this near its beginning (cloud-init, user_data.py, `convert_string`). */
const isMime = (bytes: Uint8Array): boolean =>
  /mime-version:/i.test(Buffer.from(bytes.subarray(0, 4096)).toString('latin1'));

const isRead = (bytes: Uint8Array, text: string): boolean =>
  GZIP.every((byte, n) => bytes[n] === byte) || isMime(bytes) || userDataType(text) !== undefined;

/** What is wrong, or not wise, in user-data that is to be tried. */
export const remarksOnUserData = (bytes: Uint8Array): UserDataRemark[] => {
  const text = Buffer.from(bytes).toString('utf8');
  const remarks: UserDataRemark[] = [];
  if (bytes.length > SIZE_LIMIT) {
    remarks.push({
      severity: 'warning',
      message: `user-data has ${bytes.length} bytes; not every provider accepts more than ${SIZE_LIMIT}`,
    });
  }
  if (text.startsWith('\ufeff')) {
    remarks.push({
      severity: 'error',
      message: 'user-data begins with a byte-order mark, so cloud-init would not recognise it',
      hint: 'save the file as UTF-8 without BOM',
    });
  } else if (!isRead(bytes, text)) {
    remarks.push({
      severity: 'error',
      message: 'cloud-init would ignore this user-data: its first line does not say what it is',
      hint: 'the first line must be #cloud-config',
    });
  }
  return remarks;
};
