import { expect, test } from 'vitest';
import { documentsOf } from '../../src/text-maker/documents-of.ts';

const payload = { unpacker: '', digits: '' };

test.each([
  [{ payload }, 'docs/index.html'],
  [{ payload, url: 'https://example.org/a' }, 'docs/index.html'],
  [{ url: 'https://example.org/a/' }, 'https://example.org/a/docs/index.html'],
  [{ url: 'javascript:alert(1)//' }, undefined],
  [{}, undefined],
])('%j', (facts, documents) =>
  expect(documentsOf({ version: '0.1.0', packages: [], ...facts })).toBe(documents),
);
