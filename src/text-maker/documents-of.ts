import type { ReleaseFacts } from './release-facts.ts';

/** Where the documents are: beside the page of a release, which has a payload; for a relay's page, at its release. */
export const documentsOf = ({ payload, url }: ReleaseFacts): string | undefined => {
  if (payload) return 'docs/index.html';
  return url !== undefined && /^https?:\/\//.test(url)
    ? `${url.replace(/\/+$/, '')}/docs/index.html`
    : undefined;
};
