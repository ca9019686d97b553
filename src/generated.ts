import { SETTING_NAMES } from './config/schema.ts';
import { settingsMarkdown } from './config/settings-table.ts';
import { CLOUDS } from './model/clouds/all.ts';
import { cloudPage } from './model/clouds/page.ts';
import { privilegesTable } from './package/privileges.ts';
import { packageTree } from './package/tree.ts';
import { BUILDERS } from './packer/relay/builders.ts';
import { packerFiles } from './packer/relay/files.ts';

/** Every file of the project that is derived from another, by its path. `npm run generate` writes them. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...CLOUDS.map((cloud) => [`docs/providers/${cloud.name}.md`, cloudPage(cloud)] as const),
    ...[...packerFiles(BUILDERS)].map(([path, text]) => [`packer/${path}`, text] as const),
  ]);

/** A part of a document that is derived, between `<!-- NAME -->` and `<!-- /NAME -->`. */
interface GeneratedPart {
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

/** `npm run generate` puts these in their places. */
export const generatedParts = (): readonly GeneratedPart[] => [
  { path: 'README.md', name: 'settings', text: settingsMarkdown(SETTING_NAMES) },
  { path: 'docs/threat-model.md', name: 'privileges', text: privilegesTable(packageTree('', '', '')) },
];

/** The document with this part in its place. Throws where it has no place for it. */
export const withPart = (document: string, { path, name, text }: GeneratedPart): string => {
  const [before, rest] = document.split(`<!-- ${name} -->\n`);
  const [, after] = rest?.split(`<!-- /${name} -->`) ?? [];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for ${name}`);
  return `${before}<!-- ${name} -->\n${text}<!-- /${name} -->${after}`;
};
