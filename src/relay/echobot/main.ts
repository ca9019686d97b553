import { readFileSync } from 'node:fs';
import { ECHOBOT, type Model } from '../../model/model.ts';
import { faultOf } from '../lib/fault.ts';
import { log } from '../lib/log.ts';
import { whenModel } from '../lib/read-model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { echoOf, type Message } from './answer.ts';
import { type Core, startCore } from './core.ts';

interface Event {
  readonly event: { readonly kind: string; readonly msgId: number };
}

/** Through this machine's own door: no DNS is needed, and no certificate can be missing. */
const HERE = {
  imapServer: '127.0.0.1',
  imapPort: 993,
  imapSecurity: 'ssl',
  smtpServer: '127.0.0.1',
  smtpPort: 465,
  smtpSecurity: 'ssl',
  certificateChecks: 'acceptInvalidCertificates',
};

/** The core deletes a bot's mail on the server by itself; here it goes after an hour. */
const CONFIG = {
  bot: '1',
  displayname: 'Echo bot',
  selfstatus: 'I send back what you write to me. /help',
  delete_device_after: '3600',
};

const accountOf = async ({ call }: Core, addr: string): Promise<number> => {
  const [known] = await call<number[]>('get_all_account_ids');
  const account = known ?? (await call<number>('add_account'));
  await call('batch_set_config', account, CONFIG);
  const password = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/password`, 'utf8');
  await call('add_or_update_transport', account, { addr, password, ...HERE });
  return account;
};

const answerMessage = async ({ call }: Core, account: number, id: number): Promise<void> => {
  const message = await call<Message>('get_message', account, id);
  const echo = echoOf(message);
  if (echo) await call('send_msg', account, message.chatId, echo);
  await call('markseen_msgs', account, [id]);
};

/** Answers what came while the bot was away, then what comes, for ever. */
const run = async (core: Core, { addressDomain }: Model): Promise<void> => {
  const account = await accountOf(core, `echo@${addressDomain}`);
  const invite = await core.call<string>('get_chat_securejoin_qr_code', account, null);
  replaceFile(ECHOBOT.invite, `${invite}\n`);
  await core.call('start_io', account);
  const answer = (id: number): Promise<void> =>
    answerMessage(core, account, id).catch((error) => log('error', `echobot: ${faultOf(error)}`));
  for (const id of await core.call<number[]>('get_next_msgs', account)) await answer(id);
  for (;;) {
    const { event } = await core.call<Event>('get_next_event');
    if (event.kind === 'IncomingMsg') await answer(event.msgId);
  }
};

process.umask(0o077);
const core = startCore(ECHOBOT.core, `${ECHOBOT.folder}/accounts`);
const failed = whenModel()
  .then((model) => run(core, model))
  .catch((error) => error);
Promise.race([failed, core.ended]).then((error) => {
  log('error', `echobot: ${error instanceof Error ? faultOf(error) : 'the core has ended'}`);
  process.exit(1); // systemd starts it again
});
