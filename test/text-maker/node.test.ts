import * as node from 'node:net';
import * as nodeUrl from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainToASCII, isIP, isIPv4, isIPv6 } from '../../src/text-maker/page/node.ts';

const ADDRESSES = [
  ...[
    '192.0.2.1',
    '0.0.0.0',
    '255.255.255.255',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    ' 1.2.3.4',
  ],
  ...[
    '::',
    '::1',
    '1::',
    '2001:db8::1',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
  ],
  ...[
    '1::2::3',
    ':::',
    ':1',
    '1:',
    '12345::',
    '::g',
    '::ffff:192.0.2.1',
    '::192.0.2.256',
    '1:2:3:4:5:6:192.0.2.1',
  ],
  ...[
    '1:2:3:4:5:6:7:192.0.2.1',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    'fe80::1%',
    'fe80::1%a%b',
    'fe80::1%ü',
    '',
    'x',
    '1.2.3.4\n',
  ],
];

test.each(ADDRESSES)('%j is the address that Node takes it for', (text) => {
  expect([isIP(text), isIPv4(text), isIPv6(text)]).toEqual([
    node.isIP(text),
    node.isIPv4(text),
    node.isIPv6(text),
  ]);
});

test('so is anything that resembles one', () => {
  const pieces = fc.constantFrom(
    '1',
    '0',
    '25',
    '255',
    '256',
    'f',
    'ffff',
    '.',
    '.',
    ':',
    ':',
    '::',
    '%',
    'g',
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 16 }).map((all) => all.join('')),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(texts, (text) => isIP(text) === node.isIP(text)),
    { numRuns: 5000 },
  );
});

test.each(['Chat.Example.org', 'bücher.example', 'chat', 'a b', 'xn--', '_chat.example.org', ''])(
  'domainToASCII(%j) is what Node says',
  (domain) => expect(domainToASCII(domain)).toBe(nodeUrl.domainToASCII(domain)),
);
