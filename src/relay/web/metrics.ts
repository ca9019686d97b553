import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import type { Model } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import { METRICS, readTotals, TOTALS_FILE, type Totals } from '../lib/metrics.ts';
import type { Answer } from './answer.ts';

/** Dovecot's own counts (its `metric` blocks), by its stats protocol. */
const STATS = '/run/dovecot/stats-reader';
const STATS_QUESTION = 'VERSION\tstats-reader-client\t2\t0\nDUMP\tcount\n';
/** chatmail-queue.socket, which says how long each of Postfix's queues is. */
const QUEUE = socketPath('queue');

/** All that a socket says until it ends or `isWhole`, in pieces; it has five seconds. */
const listen = (path: string, question: string, onPiece: (text: string) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(path).setEncoding('latin1');
    const timer = setTimeout(() => socket.destroy(), 5000);
    socket
      .on('data', (piece: string) => onPiece(piece) && socket.destroy())
      .on('error', () => {}) // 'close' follows
      .on('close', () => {
        clearTimeout(timer);
        resolve();
      });
    if (question) socket.write(question);
  });

const deliveries = async (): Promise<Totals> => {
  let text = '';
  await listen(STATS, STATS_QUESTION, (piece) => {
    text += piece;
    return text.endsWith('\n\n');
  });
  const rows = [...text.matchAll(/^(\w+)\t(\d+)$/gm)];
  return Object.fromEntries(rows.map(([, name = '', value]) => [name, Number(value)]));
};

/** Messages in each of Postfix's queues; none where Postfix does not say. */
const queues = async (): Promise<Totals> => {
  let text = '';
  await listen(QUEUE, '', (piece) => {
    text += piece;
    return text.length > 1000;
  });
  const rows = [...text.matchAll(/^(\w+) (\d+)$/gm)];
  return Object.fromEntries(rows.map(([, queue, length]) => [`queue{queue="${queue}"}`, Number(length)]));
};

/** The totals of all services, added up. */
const services = (folder: string): Totals => {
  const sums: Record<string, number> = {};
  const names = readdirSync(folder, { encoding: 'utf8' });
  for (const totals of names.map((name) => readTotals(`${folder}/${name}/${TOTALS_FILE}`)))
    for (const [key, value] of Object.entries(totals)) sums[key] = (sums[key] ?? 0) + value;
  return sums;
};

/** One kind of metric in the OpenMetrics text format (version 1.0). Lines of one family stand together. */
export const exposition = (totals: Totals, type: 'counter' | 'gauge', prefix: string): string => {
  const suffix = type === 'counter' ? '_total' : '';
  let family = '';
  return Object.entries(totals)
    .map(([key, value]) => [/^\w+/.exec(key)?.[0] ?? '', key, value] as const)
    .sort(([a, b], [c, d]) => (a < c || (a === c && b < d) ? -1 : 1))
    .map(([name, key, value]) => {
      const head = name === family ? '' : `# TYPE ${prefix}${name} ${type}\n`;
      family = name;
      return `${head}${prefix}${name}${suffix}${key.slice(name.length)} ${value}\n`;
    })
    .join('');
};

/** Gauges as the seed of all relays published them. `census` is `<all> <tests> …`. */
export const accounts = (census = '0 0'): string => {
  const [all = 0, tests = 0] = census.split(' ').map(Number);
  return exposition({ accounts: all, ci_accounts: tests, nonci_accounts: all - tests }, 'gauge', '');
};

/** Everything a collector gets. `census` is `<all> <tests> <queued>`. */
const allMetrics = async (census: string | undefined, folder = METRICS): Promise<string> => {
  const [counted, postfix] = await Promise.all([deliveries(), queues()]);
  const queued = { ...postfix, 'queue{queue="push"}': Number(census?.split(' ')[2] ?? 0) };
  const counters = exposition({ ...counted, ...services(folder) }, 'counter', 'chatmail_');
  return `${counters}${exposition(queued, 'gauge', 'chatmail_')}${accounts(census)}`;
};

/** Metrics for everybody and, on an address of its own, for a collector; nothing where none are wanted. */
export const metrics = async (
  { settings }: Model,
  path: string,
  census: () => Promise<string | undefined>,
): Promise<Answer | undefined> => {
  const isForAll = path === '/metrics' && settings.public_metrics;
  if (!isForAll && path !== '/collector') return undefined;
  const counted = await census().catch(() => undefined);
  const body = isForAll ? accounts(counted) : await allMetrics(counted);
  const type = isForAll ? 'text/plain; version=0.0.4' : 'application/openmetrics-text; version=1.0.0';
  return {
    status: 200,
    headers: { 'content-type': `${type}; charset=utf-8` },
    body: isForAll ? body : `${body}# EOF\n`,
  };
};
