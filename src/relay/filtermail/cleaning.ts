import type { Headers } from './headers.ts';
import type { Edit } from './milter/reply.ts';

/** What tells about a user's place or software. */
const DROPPED = ['Received', 'X-Originating-IP', 'X-Mailer', 'User-Agent'];
const SUBJECT = '[...]';

/** No real message has so many; for each change Postfix reads the header from its start. */
export const hasTooManyFields = (headers: Headers): boolean =>
  [...DROPPED, 'Subject'].some((name) => headers.count(name.toLowerCase()) > 100);

/** From the last to the first, because Postfix renumbers after a removal. */
const remove = (header: string, from: number, to: number): Edit[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => ({ header, index: to - i, value: '' }));

/** What leaves a user's message before it goes anywhere: traces of the device, and the subject. */
export const cleaned = (headers: Headers): Edit[] => {
  const subject = headers.first('subject');
  return [
    ...DROPPED.flatMap((name) => remove(name, 1, headers.count(name.toLowerCase()))),
    ...remove('Subject', 2, headers.count('subject')),
    ...(subject === undefined || subject === SUBJECT
      ? []
      : [{ header: 'Subject', index: 1, value: SUBJECT }]),
  ];
};
