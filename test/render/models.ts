import { type Settings, withDefaults } from '../../src/config/schema.ts';
import { type Model, modelOf } from '../../src/model/model.ts';

const model = (mail_domain: string, rest: Partial<Settings> = {}, machine = {}): Model =>
  modelOf({ ...withDefaults({ ...rest }), mail_domain }, machine);

/** The kinds of relay there are, each with the settings that change its files. */
export const MODELS: Readonly<Record<string, Model>> = {
  domain: model('chat.example.org', {
    privacy_mail: 'privacy@example.org',
    privacy_postal: 'Example Street 1 & 2, <Town>',
    privacy_pdo: 'The "officer"',
    privacy_supervisor: 'Somebody',
  }),
  'self-signed': model('_chat.example.org', { imap_compress: true, imap_rawlog: true }, { hasIroh: true }),
  'ip-only': model('192.0.2.1', { disable_ipv6: true, max_message_size: 1_000_000, turn: true }),
  external: model('chat.example.org', {
    tls_external_cert_and_key: [
      '/etc/letsencrypt/live/chat/fullchain.pem',
      '/etc/letsencrypt/live/chat/privkey.pem',
    ],
    www_folder: '/srv/www',
    share: false,
  }),
};
