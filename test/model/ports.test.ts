import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TCP_PORTS } from '../../src/model/ports.ts';
import { PROJECT } from '../../src/package/paths.ts';

test('the installer opens the ports of a relay, and frees them and that of DNS', () => {
  const script = readFileSync(`${PROJECT}src/install/install.sh`, 'utf8');
  expect(script).toContain(`ufw allow proto tcp to any port ${TCP_PORTS.join(',')}\n`);
  expect(script).toContain(`/:(${[...TCP_PORTS, 53].sort((a, b) => a - b).join('|')}) /`);
});
