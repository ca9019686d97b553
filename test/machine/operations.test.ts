import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { echobotFiles } from '../../src/package/echobot.ts';
import { HELP } from '../../src/relay/echobot/answer.ts';
import { type Account, type DeltaChat, startDeltaChat } from './delta-chat.ts';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { connectImap } from './imap-client.ts';
import { tellingLines } from './logs.ts';
import { encryptedMail, plainMail } from './mail.ts';
import { endpoint, newLogin, run, type StartedRelay, shell, startRelay } from './relay.ts';
import { connectSmtp, type SmtpClient } from './smtp-client.ts';

const SETTINGS = [
  'mail_domain: _relay.test',
  'max_load_1m: 1000',
  'max_user_send_per_minute: 100000',
  'max_user_send_burst_size: 1000',
  'metrics_address: 127.0.0.1',
  'public_metrics: true',
  'echobot: true',
];

let started: StartedRelay;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operations-'));
  const file = join(folder, 'user-data');
  await writeFile(file, `#cloud-config\nchatmail:\n${SETTINGS.map((line) => `  ${line}\n`).join('')}`);
  started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', file]);
});
afterAll(async () => {
  await started?.stop();
  await rm(folder, { recursive: true });
});
const relay = () => started.relay;
const inside = (script: string) => shell(relay(), script);

/** Asks until the answer is as wanted; only a relay that does not work never gives it. */
const until = async <R>(question: () => Promise<R>, isWanted: (answer: R) => boolean): Promise<R> => {
  for (;;) {
    const answer = await question();
    if (isWanted(answer)) return answer;
    await pause(100);
  }
};

/** Logs in, which makes the address. */
const smtpAs = async ({ user, password }: { user: string; password: string }): Promise<SmtpClient> => {
  const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
  expect(await smtp.logIn(user, password)).toMatchObject({ code: 235 });
  return smtp;
};

/** Message-IDs of what is in a mailbox. */
const stored = async (user: string): Promise<string[]> => {
  const files = `find /home/vmail/mail/_relay.test/${user} -path '*/new/*' -o -path '*/cur/*' -type f`;
  const text = await inside(`${files} | xargs -r sed -n 's/^Message-ID: *//Ip'`);
  return text === '' ? [] : text.split('\n');
};

/** What a collector is told, and of which type it is. */
const scrape = async (): Promise<{ type: string; text: string }> => {
  const fetched = await inside(
    `node -e 'fetch("http://127.0.0.1:3903/metrics").then(async (r) => console.log(r.headers.get("content-type") + "\\n" + (await r.text()).trimEnd()))'`,
  );
  const [type = '', ...lines] = fetched.split('\n');
  return { type, text: `${lines.join('\n')}\n` };
};
const sample = async (name: string): Promise<number> =>
  Number(
    (await scrape()).text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length) ?? 0,
  );

describe('metrics', () => {
  test('count what happens, and what waits', async () => {
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    await inside(`touch /var/lib/chatmail/push/${inAnHour}-4-1-waits`);
    const [alice, bob] = [newLogin(relay()), newLogin(relay())];
    const smtp = await smtpAs(alice);
    (await smtpAs(bob)).close();
    const refused = await connectSmtp(endpoint(relay(), 'submissions'));
    expect(await refused.logIn(newLogin(relay()).user, 'short')).toMatchObject({ code: 535 });
    refused.close();
    const draft = { from: alice.user, to: bob.user };
    expect(await smtp.send({ from: alice.user, to: [bob.user], mail: plainMail(draft) })).toMatchObject({
      code: 523,
    });
    const mail = await encryptedMail(draft);
    expect(await smtp.send({ from: alice.user, to: [bob.user], mail })).toMatchObject({ code: 250 });
    smtp.close();
    for (const [name, value] of [
      ['chatmail_accounts_created_total', 2],
      ['chatmail_accounts_refused_total{reason="password too short"}', 1],
      ['chatmail_mail_total{direction="outgoing",result="cleartext"}', 1],
      ['chatmail_mail_total{direction="outgoing",result="accepted"}', 1],
      ['chatmail_delivered_total', 1],
    ] as const)
      expect([
        name,
        await until(
          () => sample(name),
          (n) => n >= value,
        ),
      ]).toEqual([name, expect.any(Number)]);
    expect(await sample('chatmail_queue{queue="push"}')).toBe(1);
  });

  test('are OpenMetrics to the word', async () => {
    const { type, text } = await scrape();
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const parse =
      'import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as p\n' +
      'print(sum(len(f.samples) for f in p(sys.stdin.read())))';
    const { stdout } = await execa('/usr/bin/python3', ['-c', parse], { input: text });
    expect(Number(stdout)).toBeGreaterThan(10);
  });

  test('the number of addresses is public when it may be, and nothing else is', async () => {
    const { status, headers, body } = await ask(relay(), '/metrics');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body.replace(/ \d+$/gm, ' N')).toBe(
      ['accounts', 'ci_accounts', 'nonci_accounts']
        .map((name) => `# TYPE ${name} gauge\n${name} N\n`)
        .join(''),
    );
    expect((await ask(relay(), '/collector')).status).toBe(404);
  });
});

describe('faults', () => {
  const SERVICES = ['chatmail-doveauth', 'chatmail-filtermail'];
  const MESSAGES = 40;

  /** Submits one message, anew as long as it is not taken: an app does the same. */
  const submit = async (from: { user: string; password: string }, to: string): Promise<string> => {
    const mail = await encryptedMail({ from: from.user, to });
    const { code } = await until(
      async () => {
        try {
          const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
          await smtp.logIn(from.user, from.password);
          const reply = await smtp.send({ from: from.user, to: [to], mail });
          smtp.close();
          return reply;
        } catch {
          return { code: 421 };
        }
      },
      (reply) => reply.code === 250 || (reply.code >= 500 && reply.code !== 535),
    );
    expect(code).toBe(250);
    return /^Message-ID: (.*)$/m.exec(mail)?.[1]?.trim() ?? '';
  };

  /** Offers cleartext until told to stop; the replies' codes. */
  const tempt = async (
    from: { user: string; password: string },
    isOver: () => boolean,
  ): Promise<Set<number>> => {
    const codes = new Set<number>();
    while (!isOver())
      try {
        const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
        await smtp.logIn(from.user, from.password);
        const mail = plainMail({ from: from.user, to: from.user });
        codes.add((await smtp.send({ from: from.user, to: [from.user], mail })).code);
        smtp.close();
      } catch {
        // The connection may end at any time here.
      }
    return codes;
  };

  test.each(SERVICES)(
    '%s is killed while mail flows: nothing is lost, nothing slips through',
    async (unit) => {
      const [alice, bob] = [newLogin(relay()), newLogin(relay())];
      for (const login of [alice, bob]) (await smtpAs(login)).close();
      const restarts = `systemctl show -P NRestarts ${unit}`;
      const before = Number(await inside(restarts));
      let isOver = false;
      const temptation = tempt(alice, () => isOver);
      const sent: Promise<string>[] = [];
      // Killed a moment ago, it may not have come back: there is nothing to kill yet.
      const kill = `until systemctl kill --signal=KILL --kill-whom=main ${unit}; do sleep 0.05; done`;
      let ids: string[] = [];
      try {
        for (let i = 0; i < MESSAGES; i++) {
          sent.push(submit(alice, bob.user));
          if (i % 10 === 5) await inside(kill);
          await pause(20);
        }
        ids = await Promise.all(sent);
      } finally {
        isOver = true;
      }
      expect([...(await temptation)].filter((code) => code < 400)).toEqual([]);
      expect(Number(await inside(restarts))).toBeGreaterThan(before);
      const found = await until(
        async () => {
          await inside('postqueue -f');
          return stored(bob.user);
        },
        (list) => ids.every((id) => list.includes(id)),
      );
      expect(found).toEqual(expect.arrayContaining(ids));
      expect(await inside(`systemctl is-active ${unit}`)).toBe('active');
    },
  );

  test('a full disk defers mail and refuses new addresses', async () => {
    const bob = newLogin(relay());
    const smtp = await smtpAs(bob);
    await inside(`mkdir /run/small; mount -t tmpfs -o size=4M small /run/small
      cp -a /home/vmail/mail/. /run/small/; chown --reference=/home/vmail/mail /run/small
      mount --bind /run/small /home/vmail/mail
      cat /dev/zero > /home/vmail/mail/full || true`);
    try {
      const mail = await encryptedMail({ from: bob.user, to: bob.user });
      expect(await smtp.send({ from: bob.user, to: [bob.user], mail })).toMatchObject({ code: 250 });
      smtp.close();
      const deferred = 'chatmail_queue{queue="deferred"}';
      expect(
        await until(
          () => sample(deferred),
          (n) => n > 0,
        ),
      ).toBe(1);
      expect(await stored(bob.user)).toEqual([]);
      const stranger = newLogin(relay());
      const refused = await connectSmtp(endpoint(relay(), 'submissions'));
      expect((await refused.logIn(stranger.user, stranger.password)).code).toBe(535);
      refused.close();
      await inside('rm /home/vmail/mail/full; postqueue -f');
      expect(
        await until(
          () => stored(bob.user),
          (list) => list.length > 0,
        ),
      ).toHaveLength(1);
      expect(await sample(deferred)).toBe(0);
    } finally {
      await inside('umount -l /home/vmail/mail /run/small');
    }
  });
});

describe('the echo bot', () => {
  let core: DeltaChat;
  let alice: Account;
  let chat: number;
  beforeAll(async () => {
    const { address, domain } = relay();
    core = await startDeltaChat({ [domain]: address });
  });
  afterAll(() => core?.stop());

  test('says what is missing, and the relay goes on', async () => {
    expect((await run(relay(), 'chatmail', 'status')).stdout).toContain('when built with --with-echobot');
    expect((await run(relay(), 'systemctl', 'is-active', 'chatmail-echobot')).stdout).toBe('inactive');
    expect(await inside('systemctl list-units --failed --plain --no-legend')).toBe('');
  });

  test('once its programs are there it shows how to get in contact', async () => {
    // As `build --with-echobot` puts them.
    for (const [path, file] of Object.entries(echobotFiles() ?? {})) {
      const [program = '', ...args] = relay().exec ?? [];
      const script = `mkdir -p ${path.replace(/[^/]*$/, '')}; cat > ${path}; chmod 755 ${path}`;
      await execa(program, [...args, 'sh', '-euc', script], { input: await readFile(file) });
    }
    await inside('systemctl start chatmail-echobot');
    const invite = await until(
      async () =>
        (JSON.parse((await run(relay(), 'chatmail', 'status', '--json')).stdout) as { echobot?: string })
          .echobot,
      (link) => link !== undefined,
    );
    alice = await core.addAccount();
    const { user, password } = newLogin(relay());
    await alice.logIn({
      addr: user,
      password,
      imapServer: relay().domain,
      smtpServer: relay().domain,
      certificateChecks: 'acceptInvalidCertificates',
    });
    chat = await alice.join(invite ?? '');
  });

  test('it sends back text, and a file with it', async () => {
    await alice.send(chat, 'Is anybody there?');
    expect(await alice.receive()).toMatchObject({
      text: 'Is anybody there?',
      showPadlock: true,
      chatId: chat,
    });
    const file = join(folder, 'list.txt');
    await writeFile(file, 'milk\n');
    await alice.send(chat, 'a list', file);
    const { text, file: copy, fileName } = await alice.receive();
    expect([text, fileName, await readFile(copy ?? '', 'utf8')]).toEqual(['a list', 'list.txt', 'milk\n']);
  });

  test('it explains itself', async () => {
    await alice.send(chat, '/help');
    expect((await alice.receive()).text).toBe(HELP);
  });

  test('killed, it comes back and answers what was written meanwhile', async () => {
    // Root does nothing in the bot's folder: its password is elsewhere, and a link to what is root's stays one.
    expect(await inside("stat -c '%U %G %a' /etc/chatmail/echobot-password")).toBe('root vmail 440');
    await inside(
      'ln -s /etc/shadow /var/lib/chatmail-echobot/password; chown -h echobot: /var/lib/chatmail-echobot/password',
    );
    await inside('systemctl kill --signal=KILL chatmail-echobot');
    await alice.send(chat, 'Still there?');
    expect((await alice.receive()).text).toBe('Still there?');
    expect(await inside("stat -c '%U %G' /etc/shadow")).toBe('root shadow');
  });

  test('nobody else has its address', async () => {
    const imap = await connectImap(endpoint(relay(), 'imaps'));
    expect((await imap.logIn('echo@_relay.test', newLogin(relay()).password)).status).toMatch(/^NO/);
    imap.close();
  });
});

test('the logs know nobody, whatever went wrong', async () => expect(await tellingLines(relay())).toBe(''));
