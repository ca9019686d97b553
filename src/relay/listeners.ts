/**
 * The sockets systemd hands over (sd_listen_fds(3)), by the name in their `FileDescriptorName=`.
 * A name may stand for several sockets. Use as `server.listen({ fd })`.
 */
export const listeners = (env: NodeJS.ProcessEnv = process.env): ReadonlyMap<string, readonly number[]> => {
  const byName = new Map<string, number[]>();
  if (env.LISTEN_PID !== String(process.pid)) return byName;
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  for (let i = 0; i < Number(env.LISTEN_FDS); i++) {
    const name = names[i] ?? 'unknown';
    byName.set(name, [...(byName.get(name) ?? []), 3 + i]);
  }
  return byName;
};
