import fc from 'fast-check';
import { test } from 'vitest';
import { readObject } from '../../src/config/read-object.ts';
import { resolve } from '../../src/config/resolve.ts';
import { SETTING_NAMES } from '../../src/config/schema.ts';
import { modelOf } from '../../src/model/model.ts';
import { PROJECT } from '../../src/package/paths.ts';
import { renderFiles } from '../../src/render/render.ts';
import { templatesFor } from '../../src/render/templates.ts';

/** Texts as people and attackers write them: paths, URLs, hosts, quotes, variables, control characters. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'/ab.-_@:$%{}"\'\\# ;\n\t[]é') }),
  fc.string({ unit: fc.constantFrom(...'/ab.-_@:~+%') }).map((tail) => `/${tail}`),
  fc.webUrl(),
  fc.domain(),
  fc.emailAddress(),
  fc.ipV4(),
  fc.tuple(fc.ipV6(), fc.constantFrom('', '%eth0')).map((parts) => parts.join('')),
);

test('whatever settings are accepted can be written into every file', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SETTING_NAMES),
      fc.oneof(text, fc.array(text, { maxLength: 3 })),
      (name, value) => {
        const settings = resolve(readObject('test', { [name]: value }));
        if (!settings.ok) return;
        const model = modelOf({
          ...settings.value,
          mail_domain: settings.value.mail_domain ?? 'chat.example.org',
        });
        renderFiles(model, templatesFor(model, `${PROJECT}templates/etc`, `${PROJECT}www`));
      },
    ),
    { numRuns: 3000 },
  );
});
