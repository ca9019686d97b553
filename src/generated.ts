import { CLOUDS } from './model/clouds/all.ts';
import { cloudPage, hasPage } from './model/clouds/page.ts';
import { BUILDERS } from './packer/relay/builders.ts';
import { packerFiles } from './packer/relay/files.ts';

/** Every file of the project that is derived from another, by its path. `npm run generate` writes them. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...CLOUDS.filter(hasPage).map((cloud) => [`docs/providers/${cloud.name}.md`, cloudPage(cloud)] as const),
    ...[...packerFiles(BUILDERS)].map(([path, text]) => [`packer/${path}`, text] as const),
  ]);
