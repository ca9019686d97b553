import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { atLeast, atMost, type Figure, median } from './figures.ts';

const DOMAIN = 'bench.test';
const MANY = 100_000;
const FEW = 1000;
const DAY = 86_400;

const addressOf = (number: number): string => `u${String(number).padStart(8, '0')}@${DOMAIN}`;

/** Mailboxes as Dovecot leaves them, with `messages` of all ages up to 24 days in each. */
const makeMailboxes = (mail: string, count: number, messages: number): void => {
  const now = Math.floor(Date.now() / 1000);
  const hash = `{SHA512-CRYPT}$6$${'s'.repeat(16)}$${'h'.repeat(86)}`;
  for (let n = 0; n < count; n++) {
    const home = join(mail, DOMAIN, addressOf(n));
    for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, 'password'), hash);
    for (const name of ['enforceE2EEincoming', 'dovecot-uidlist', 'dovecot.index.log', 'maildirsize'])
      writeFileSync(join(home, name), '');
    for (let m = 0; m < messages; m++) {
      const age = (((n * messages + m) * 7919) % (24 * DAY)) + 60;
      const isNew = m % 3 === 2;
      const name = `${now - age}.M${n}P${m}.bench,S=5000,W=5100${isNew ? '' : ':2,S'}`;
      writeFileSync(join(home, isNew ? 'new' : 'cur', name), '');
    }
  }
};

/** What a program of ours runs as: the modules as they were compiled, and settings that refuse nothing. */
const program = (body: string): string[] => [
  '--input-type=module',
  '--eval',
  `import { modelOf } from './lib/model/model.js';
   import { withDefaults } from './lib/config/schema.js';
   const settings = withDefaults({ mail_domain: '${DOMAIN}', max_load_1m: 1e5, min_available_memory: 0, min_free_disk_space: 0 });
   const model = modelOf(settings);
   const [mail, socket] = process.argv.slice(1);
   ${body}`,
];

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const EXPIRE = program(
  `import { expire } from './lib/relay/expire/expire.js';
   console.log(JSON.stringify(expire(model, mail)));`,
);

const expireFigure = async (mail: string): Promise<Figure> => {
  const find = () =>
    seconds(() => execa('find', [mail, '-type', 'f', '-printf', '%s %T@ %p\\n'], { stdout: 'ignore' }));
  // The first of both has to read the disk.
  await find();
  const finding = await find();
  let removed = '';
  const expiring = await seconds(async () => {
    removed = (await execa('node', [...EXPIRE, mail])).stdout;
  });
  const { mailboxes, messages, oldMessages = 0 } = JSON.parse(removed) as Record<string, number>;
  return atMost(
    `expire: ${messages} messages in ${mailboxes} mailboxes, ${oldMessages} expired, ${expiring.toFixed(1)} s beside find's ${finding.toFixed(1)} s`,
    expiring / finding,
    '×',
    1,
  );
};

const DOVEAUTH = program(
  `import { serveDict } from './lib/relay/lib/dict-server.js';
   import { authHandlers } from './lib/relay/doveauth/auth.js';
   import { resources } from './lib/relay/doveauth/sign-up.js';
   import { mailboxFinder } from './lib/relay/lib/mailbox.js';
   const folder = mail + '/${DOMAIN}';
   serveDict(authHandlers(model, mailboxFinder(model, mail), folder, () => resources(mail, '/nowhere')), [{ path: socket }]);
   console.log('ready');`,
);

/** Questions under way on a connection. Dovecot, too, does not wait for one answer before the next question. */
const OUTSTANDING = 16;

/** Asks on one connection until `isOver`; how many questions were answered. */
const ask = async (socket: string, key: () => string, isOver: () => boolean): Promise<number> => {
  const connection = connect(socket).setEncoding('latin1');
  const question = () => `L${key()}\n`;
  connection.write(`H2\t2\t0\t\tauth\n${Array.from({ length: OUTSTANDING }, question).join('')}`);
  let answered = 0;
  let outstanding = OUTSTANDING;
  for await (const chunk of connection) {
    const answers = (chunk as string).split('\n').length - 1;
    answered += answers;
    outstanding -= answers;
    if (/^[^O]/m.test(chunk as string)) throw new Error(`doveauth: ${chunk}`);
    if (!isOver()) {
      connection.write(Array.from({ length: answers }, question).join(''));
      outstanding += answers;
    } else if (outstanding === 0) connection.end();
  }
  return answered;
};

const TIME = 3;

/** Lookups a second, of addresses among the first `count`, for passwords and for homes in turn, which `service` asks. */
const lookupRate = async (
  socket: string,
  count: number,
  connections: number,
  service = 'imap',
): Promise<number> => {
  let asked = 0;
  const key = () => {
    const address = addressOf((asked++ * 7919) % count);
    return asked % 2 ? `shared/passdb/password1"${address}` : `shared/userdb/${service}/${address}`;
  };
  const end = performance.now() + TIME * 1000;
  const found = await Promise.all(
    Array.from({ length: connections }, () => ask(socket, key, () => performance.now() > end)),
  );
  return found.reduce((a, b) => a + b) / TIME;
};

const withDoveauth = async <T>(mail: string, work: (socket: string) => Promise<T>): Promise<T> => {
  const socket = join(mail, 'auth.sock');
  const child = spawn('node', ['--max-semi-space-size=1', ...DOVEAUTH, mail, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface(child.stdout), 'line');
    return await work(socket);
  } finally {
    child.kill();
    await once(child, 'exit');
    await rm(socket, { force: true });
  }
};

/** Makes addresses until `isOver`; how many. */
const create = (socket: string, isOver: () => boolean): Promise<number> => {
  const name = () => Math.random().toString(36).slice(2, 11).padEnd(9, '0');
  return ask(socket, () => `shared/passdb/password1"${name()}@${DOMAIN}`, isOver);
};

/** Rounds in which everything is measured in turn, as what a computer does beside changes. */
const ROUNDS = 5;

const lookupFigures = async (few: string, many: string): Promise<Figure[]> => {
  const measured: Record<'few' | 'one' | 'eight' | 'meanwhile' | 'made' | 'fewMail' | 'mail', number[]> = {
    fewMail: [],
    mail: [],
    few: [],
    one: [],
    eight: [],
    meanwhile: [],
    made: [],
  };
  await withDoveauth(few, (fewSocket) =>
    withDoveauth(many, async (socket) => {
      await Promise.all([lookupRate(fewSocket, FEW, 1), lookupRate(socket, MANY, 1)]);
      for (let round = 0; round < ROUNDS; round++) {
        // What was written before is not to be written meanwhile.
        await execa('sync');
        measured.few.push(await lookupRate(fewSocket, FEW, 1));
        measured.one.push(await lookupRate(socket, MANY, 1));
        measured.fewMail.push(await lookupRate(fewSocket, FEW, 1, 'lmtp'));
        measured.mail.push(await lookupRate(socket, MANY, 1, 'lmtp'));
        measured.eight.push(await lookupRate(socket, MANY, 8));
        const end = performance.now() + TIME * 1000;
        const [made, meanwhile] = await Promise.all([
          create(socket, () => performance.now() > end),
          lookupRate(socket, MANY, 1),
        ]);
        measured.meanwhile.push(meanwhile);
        measured.made.push(made / TIME);
      }
    }),
  );
  const one = median(measured.one);
  /** The median of what each round says for itself. */
  const beside = (those: readonly number[], these: readonly number[]) =>
    median(those.map((rate, round) => rate / (these[round] ?? Number.NaN)));
  return [
    atLeast(`doveauth: lookups with ${MANY} mailboxes`, one, '/s', 10_000),
    atLeast(
      `beside ${median(measured.few).toFixed(0)}/s with ${FEW} mailboxes`,
      beside(measured.one, measured.few),
      '×',
      1,
    ),
    atLeast(
      `for deliveries, of which each has two looks at the mailbox to follow: ${median(measured.mail).toFixed(0)}/s, beside ${FEW} mailboxes`,
      beside(measured.mail, measured.fewMail),
      '×',
      1,
    ),
    atLeast('with 8 connections beside one', beside(measured.eight, measured.one), '×', 1),
    atLeast(
      `while ${median(measured.made).toFixed(0)} addresses/s are made, beside none`,
      beside(measured.meanwhile, measured.one),
      '×',
      0.5,
    ),
  ];
};

/** How fast mailboxes are found and expired. */
export const mailboxFigures = async (): Promise<Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-bench-'));
  try {
    const [few, many] = [join(folder, 'few'), join(folder, 'many')];
    makeMailboxes(few, FEW, 5);
    makeMailboxes(many, MANY, 5);
    return [...(await lookupFigures(few, many)), await expireFigure(many)];
  } finally {
    await rm(folder, { recursive: true });
  }
};
