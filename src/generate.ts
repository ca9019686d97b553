import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatedFiles, generatedParts, withPart } from './generated.ts';
import { PROJECT } from './package/paths.ts';

/** Folders that hold nothing else. */
const FOLDERS = ['docs/providers', 'packer'];

for (const folder of FOLDERS) await rm(PROJECT + folder, { recursive: true, force: true });
for (const [path, text] of generatedFiles()) {
  await mkdir(dirname(PROJECT + path), { recursive: true });
  await writeFile(PROJECT + path, text);
}
for (const part of generatedParts())
  await writeFile(PROJECT + part.path, withPart(await readFile(PROJECT + part.path, 'utf8'), part));
