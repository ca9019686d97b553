import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TEXT_MAKER } from '../../src/package/paths.ts';
import { renderTextMaker } from '../../src/text-maker/render-text-maker.ts';

const PAGE = readFileSync(TEXT_MAKER, 'utf8');
const FACTS = {
  version: '0.1.0',
  url: 'https://example.org/a',
  packages: [{ name: 'chatmail-relay_0.1.0_all.deb', sha256: 'ab'.repeat(32), size: 1 }],
};

test('the facts of a release go into the page, whatever is in them', () => {
  const hostile = { ...FACTS, version: `</script><!--<script>$&$\`'"\\` };
  const page = renderTextMaker(PAGE, hostile);
  const [, data = ''] = /<script type="application\/json" id="release">(.*?)<\/script>/s.exec(page) ?? [];
  expect(JSON.parse(data)).toEqual(hostile);
  expect(data).not.toContain('<');
  expect(page.replace(data, '')).toBe(PAGE);
});

test('a page that has them, or has no place for them, is refused', () => {
  expect(() => renderTextMaker(renderTextMaker(PAGE, FACTS), FACTS)).toThrow('no place');
  expect(() => renderTextMaker('', FACTS)).toThrow('no place');
});

test('its policy allows its own script and style alone', () => {
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(PAGE) ?? [];
  const hash = (tag: string) => {
    const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(PAGE) ?? [];
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  const rules = policy.split('; ');
  expect(rules).toContain("default-src 'none'");
  expect(rules).toContain(`script-src ${hash('script')}`);
  expect(rules).toContain(`style-src ${hash('style')}`);
  expect(PAGE.match(/<script/g)).toHaveLength(2);
});

test('it is one small file', () => {
  expect(PAGE.length).toBeLessThan(250_000);
  expect(PAGE).not.toMatch(/(src|srcset)="(?!data:)|url\((?!%23)|@import|sourceMappingURL/);
  // Safari before 16.4 runs no script that has a lookbehind.
  expect(PAGE).not.toMatch(/\(\?<[=!]/);
});
