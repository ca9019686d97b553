import { readFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Model } from '../../model/model.ts';
import { PATHS } from '../../model/model.ts';
import { readState, writeState } from '../lib/state.ts';
import { announce } from './announce.ts';

/** What must answer before a relay may be called ready. Servers greet; ours are asked, as systemd holds their sockets. */
const PROBES: readonly (readonly [name: string, at: NetConnectOpts, question?: string])[] = [
  ...[25, 80, 143, 443, 465, 587, 993].map((port) => [`port ${port}`, { port, host: '127.0.0.1' }] as const),
  ['doveauth', { path: '/run/chatmail/recipients.sock' }, 'Lshared/recipient/-\n'],
  ['courier', { path: '/run/chatmail/mxdeliv.sock' }, 'GET / HTTP/1.0\r\n\r\n'],
  ['filtermail', { path: '/run/chatmail/web.sock' }, 'GET / HTTP/1.0\r\n\r\n'],
];

const answers = (at: NetConnectOpts, question?: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(at);
    const end = (isAnswer: boolean) => () => {
      socket.destroy();
      resolve(isAnswer);
    };
    socket.setTimeout(2000, end(false));
    socket.once('error', end(false)).once('close', end(false));
    if (question === undefined) socket.once('connect', end(true));
    else socket.once('data', end(true)).write(question);
  });

/** What does not answer yet, by name. */
const silent = async (): Promise<string[]> => {
  const found = await Promise.all(PROBES.map(([, at, question]) => answers(at, question)));
  return PROBES.filter((_, i) => !found[i]).map(([name]) => name);
};

/** Apps check the certificate of a relay whose domain does not say that it signs for itself. */
const needsAuthority = ({ isSelfSigned, settings }: Model): boolean =>
  !isSelfSigned && settings.tls_external_cert_and_key === undefined;

/**
 * Waits until everything answers and says so. systemd has started the servers by now, so that this is the
 * time they take to listen; a server that fails is restarted by systemd and this goes on waiting.
 */
export const firstboot = async (): Promise<number> => {
  const model = JSON.parse(readFileSync(PATHS.model, 'utf8')) as Model;
  const place = { ...readState(), domain: model.domain };
  let shown = '';
  for (let waiting = await silent(); waiting.length > 0; waiting = await silent()) {
    const step = `waiting for ${waiting.join(', ')} to answer`;
    if (step !== shown) writeState({ ...place, state: 'starting', step });
    shown = step;
    await pause(100);
  }
  const at = `${model.domain} at ${place.address ?? model.host}`;
  if (needsAuthority(model)) {
    const step = `${at} has only a certificate of its own: name one with tls_external_cert_and_key`;
    writeState({ ...place, state: 'waiting', step });
    announce(`waiting: ${step}`);
    return 0;
  }
  writeState({ ...place, state: 'ready', step: 'ready' });
  announce(`ready: ${at}`);
  return 0;
};
