import { describe, expect, test } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { renderFiles } from '../../src/render/render.ts';
import { templatesFor } from '../../src/render/templates.ts';
import { MODELS } from './models.ts';

describe.each(Object.entries(MODELS))('%s', (name, model) => {
  const files = renderFiles(model, templatesFor(model, `${PROJECT}templates/etc`, `${PROJECT}www`));
  test.each(files)('$path', async ({ path, content }) => {
    await expect(content).toMatchFileSnapshot(`../golden/${name}${path}`);
  });
});
