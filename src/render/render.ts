import type { Model } from '../model/model.ts';
import { escapeFor } from './escape.ts';
import { renderTemplate, TemplateError } from './mustache.ts';
import { viewOf } from './view.ts';

/** A file of the relay: absolute path and content. All are owned by root and readable by all; none is secret. */
export interface RelayFile {
  readonly path: string;
  readonly content: string;
}

/** Templates by their path in the machine. */
export type Templates = ReadonlyMap<string, string>;

/** Every file of a relay that follows from its settings. Pure: the same model gives the same files. */
export const renderFiles = (model: Model, templates: Templates): RelayFile[] => {
  const view = viewOf(model);
  return [...templates].map(([path, template]) => {
    try {
      return { path, content: renderTemplate(template, view, escapeFor(path)) };
    } catch (error) {
      if (error instanceof Error) throw new TemplateError(`${path}: ${error.message}`);
      throw error;
    }
  });
};
