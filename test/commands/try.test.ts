import { expect, test } from 'vitest';
import { wrongOption } from '../../src/commands/try.ts';

test.each([
  [{}, undefined],
  [
    { backend: 'qemu', firmware: 'uefi', accel: 'kvm', memory: '512M', 'disk-size': '4G', timeout: '90' },
    undefined,
  ],
  [{ backend: 'docker' }, '--backend must be nspawn or qemu, not `docker`'],
  [{ firmware: 'efi' }, '--firmware must be bios or uefi or secure-boot, not `efi`'],
  [{ accel: 'hvf' }, '--accel must be tcg or kvm, not `hvf`'],
  [{ memory: '1GB' }, '--memory must be a size like 1G, not `1GB`'],
  [{ memory: '512' }, '--memory must be a size like 1G, not `512`'],
  [{ 'disk-size': '-1' }, '--disk-size must be a size like 1G, not `-1`'],
  [{ timeout: '0' }, '--timeout must be a number of seconds, not `0`'],
  [{ timeout: '1m' }, '--timeout must be a number of seconds, not `1m`'],
  [{ backend: 'nspawn', firmware: 'uefi' }, '--firmware is for --backend qemu'],
])('%o', (values, message) => {
  expect(wrongOption(values)).toBe(message);
});
