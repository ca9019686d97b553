import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Model } from '../../model/model.ts';
import { PATHS } from '../../model/model.ts';
import { readState, writeState } from '../lib/state.ts';
import { announce } from './announce.ts';

/** What must answer before a relay may be called ready. */
const PORTS = [25, 80, 143, 443, 465, 587, 993];

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

const closedPorts = async (): Promise<number[]> => {
  const open = await Promise.all(PORTS.map(isOpen));
  return PORTS.filter((_, i) => !open[i]);
};

/** Apps check the certificate of a relay whose domain does not say that it signs for itself. */
const needsAuthority = ({ isSelfSigned, settings }: Model): boolean =>
  !isSelfSigned && settings.tls_external_cert_and_key === undefined;

/**
 * Waits until every port answers and says so. systemd has started the servers by now, so that this is the
 * time they take to listen; a server that fails is restarted by systemd and this goes on waiting.
 */
export const firstboot = async (): Promise<number> => {
  const model = JSON.parse(readFileSync(PATHS.model, 'utf8')) as Model;
  const place = { ...readState(), domain: model.domain };
  let shown = '';
  for (let closed = await closedPorts(); closed.length > 0; closed = await closedPorts()) {
    const step = `waiting for port ${closed.join(', ')} to answer`;
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
