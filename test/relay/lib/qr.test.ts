import { expect, test } from 'vitest';
import { drawQr } from '../../../src/relay/lib/qr.ts';

test('dark modules become runs, with a quiet zone around them', () =>
  expect(drawQr('####  \n    ##\n##  ##\n')).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 11 11" shape-rendering="crispEdges">' +
      '<path fill="#fff" d="M-4-4h11v11H-4z"/><path stroke="#000" d="M0 0.5h2M2 1.5h1M0 2.5h1M2 2.5h1"/></svg>',
  ));
