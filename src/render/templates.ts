import type { Model } from '../model/model.ts';
import { PATHS } from '../model/model.ts';
import { loadTemplates } from './load-templates.ts';
import type { Templates } from './render.ts';

/** The templates a relay of this model needs, from the folders that hold `etc` and the pages. */
export const templatesFor = (model: Model, etc: string, www: string): Templates =>
  new Map([
    ...loadTemplates(etc, '/etc'),
    ...(model.settings.www_folder === undefined ? loadTemplates(www, PATHS.www) : []),
  ]);
