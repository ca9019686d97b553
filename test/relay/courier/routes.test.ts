import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ask, Routes } from '../../../src/relay/courier/routes.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A world of hosts, by domain: whether each speaks it; `undefined`: nobody answers. */
const world = (hosts: Record<string, boolean | undefined>) => {
  const asked: string[] = [];
  const ask: Ask = async (domain) => {
    asked.push(domain);
    const supportsMxdeliv = hosts[domain];
    if (supportsMxdeliv === undefined) throw new Error('silent');
    return supportsMxdeliv;
  };
  return { asked, hosts, routes: new Routes(ask, () => Date.now()) };
};

test('what is not known is port 25 at once, and found out', async () => {
  const { routes } = world({ 'a.example': true });
  expect(routes.supportsMxdeliv('a.example')).toBe(false);
  await routes.settled(['a.example']);
  expect(routes.supportsMxdeliv('a.example')).toBe(true);
});

test('several are found out at once, each once', async () => {
  const { routes, asked } = world({ 'a.example': true, 'b.example': false });
  await Promise.all([
    routes.settled(['a.example', 'b.example', 'c.example']),
    routes.settled(['a.example', 'c.example']),
  ]);
  expect(asked).toEqual(['a.example', 'b.example', 'c.example']);
  expect(['a', 'b', 'c'].map((name) => routes.supportsMxdeliv(`${name}.example`))).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  ['does not speak it', false],
  ['does not answer', undefined],
])('one that %s is asked again after half an hour, and nobody waits', async (_, supportsMxdeliv) => {
  const { routes, asked, hosts } = world({ 'a.example': supportsMxdeliv });
  await routes.settled(['a.example']);
  hosts['a.example'] = true;
  await vi.advanceTimersByTimeAsync(29 * MINUTE);
  expect(routes.supportsMxdeliv('a.example')).toBe(false);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(routes.supportsMxdeliv('a.example')).toBe(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(routes.supportsMxdeliv('a.example')).toBe(true);
  expect(asked).toHaveLength(2);
});

test('one that fails is port 25 until it speaks again, which is asked every minute', async () => {
  const { routes, asked, hosts } = world({ 'a.example': true });
  await routes.settled(['a.example']);
  hosts['a.example'] = undefined;
  for (let i = 0; i < 3; i++) routes.failed('a.example');
  expect(routes.supportsMxdeliv('a.example')).toBe(false);
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(asked).toHaveLength(6);
  hosts['a.example'] = true;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(routes.supportsMxdeliv('a.example')).toBe(true);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(asked).toHaveLength(7);
});

test('an address with mail that HTTPS does not take is port 25 for half an hour, and nobody else', async () => {
  const { routes } = world({ 'a.example': true });
  await routes.settled(['a.example']);
  routes.avoid('Bob@a.example');
  const spoken = () => ['bob@a.example', 'eve@a.example'].map((address) => routes.supportsMxdeliv(address));
  expect(spoken()).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(31 * MINUTE);
  expect(spoken()).toEqual([true, true]);
});

test('one that never comes back is not asked for ever', async () => {
  const { routes, asked, hosts } = world({ 'a.example': true });
  await routes.settled(['a.example']);
  hosts['a.example'] = undefined;
  routes.failed('a.example');
  await vi.advanceTimersByTimeAsync(3 * 24 * 60 * MINUTE);
  expect(asked.length).toBeGreaterThan(2000);
  expect(vi.getTimerCount()).toBe(0);
});

test('a failure of one that is not known to speak it changes nothing', () => {
  const { routes } = world({});
  routes.failed('a.example');
  expect(vi.getTimerCount()).toBe(0);
});

test('so many are asked at once and no more, and those who wait for others do not wait', async () => {
  const asked: string[] = [];
  const routes = new Routes((domain) => {
    asked.push(domain);
    return new Promise(() => {});
  });
  for (let i = 0; i < 300; i++) routes.supportsMxdeliv(`d${i}.example`);
  expect(asked).toHaveLength(200);
  await routes.settled(['d200.example']);
});

test('memory of domains is bounded', async () => {
  const { routes, asked } = world({ 'd0.example': true });
  for (let i = 0; i <= 10_000; i++) await routes.settled([`d${i}.example`]);
  expect(routes.supportsMxdeliv('d0.example')).toBe(false);
  expect(asked).toHaveLength(10_002);
});
