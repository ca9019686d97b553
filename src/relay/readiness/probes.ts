import { connect } from 'node:net';
import type { Probe } from '../../model/service-facts.ts';

const answers = ({ at, question }: Probe): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', ...at });
    const end = (isAnswer: boolean) => () => {
      socket.destroy();
      resolve(isAnswer);
    };
    socket.setTimeout(2000, end(false));
    socket.once('error', end(false)).once('close', end(false));
    if (question === undefined) socket.once('connect', end(true));
    else socket.once('data', end(true)).write(question, 'latin1');
  });

/** Those of these that do not answer, after two seconds at most. */
export const silentOf = async (probes: readonly Probe[]): Promise<readonly Probe[]> => {
  const found = await Promise.all(probes.map(answers));
  return probes.filter((_, i) => !found[i]);
};
