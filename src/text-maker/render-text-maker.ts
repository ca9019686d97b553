import type { ReleaseFacts } from './release-facts.ts';

/** A data block: a browser neither runs nor fetches it (HTML §4.12.1). */
const PLACEHOLDER = '<script type="application/json" id="release"></script>';

/**
 * The text maker with the facts of a release in it. `page` is what `npm run build` has made (`TEXT_MAKER`); throws where
 * it has no place for them.
 */
export const renderTextMaker = (page: string, facts: ReleaseFacts): string => {
  const [before, after, ...more] = page.split(PLACEHOLDER);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('the text maker has no place for the facts of a release');
  // `</script` and `<!--` would mean something here.
  const data = JSON.stringify(facts).replaceAll('<', '\\u003c');
  return `${before}${PLACEHOLDER.replace('><', () => `>${data}<`)}${after}`;
};

/** The facts in a text maker of a release; `undefined` where the page is none. Throws where they are damaged. */
export const readTextMaker = (page: string): ReleaseFacts | undefined => {
  const [open = '', close = ''] = PLACEHOLDER.split('><');
  const data = page.split(`${open}>`)[1]?.split(`<${close}`)[0];
  return data ? (JSON.parse(data) as ReleaseFacts) : undefined;
};
