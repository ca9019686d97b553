import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failure } from '../terminal/failure.ts';
import { type ImageKind, kindOfImage } from './image-kind.ts';
import type { Machine } from './machine.ts';

export type Backend = Machine['backend'];

export interface Image {
  /** Absolute. */
  readonly path: string;
  readonly kind: ImageKind;
}

interface Choice {
  /** As the person gave it; absent: the newest of `folder`. */
  readonly image?: string | undefined;
  readonly backend?: Backend | undefined;
  /** Where `build` writes. */
  readonly folder: string;
  readonly isRoot: boolean;
  /** What a person types to start this program, for hints. */
  readonly program: string;
}

const BACKEND_OF: Readonly<Record<ImageKind, Backend>> = {
  folder: 'nspawn',
  tar: 'nspawn',
  qcow2: 'qemu',
  raw: 'qemu',
};
export const backendOf = ({ kind }: Image): Backend => BACKEND_OF[kind];

const FORMAT_OF: Readonly<Record<Backend, string>> = { nspawn: 'tar', qemu: 'qcow2' };
const buildHint = (backend: Backend, program: string): string =>
  `\`${program} build --format ${FORMAT_OF[backend]}\` makes one`;

/** Without a wish for a backend: the container where it can run, being ready in seconds. */
const wishes = ({ backend, isRoot }: Pick<Choice, 'backend' | 'isRoot'>): readonly Backend[] => {
  if (backend) return [backend];
  return isRoot ? ['nspawn', 'qemu'] : ['qemu'];
};

/** Of images in the order newest first, the one to boot. */
export const preferred = (images: readonly Image[], choice: Omit<Choice, 'program'>): Image | undefined =>
  wishes(choice)
    .map((backend) => images.find((image) => backendOf(image) === backend))
    .find((image) => image !== undefined);

const built = async (folder: string): Promise<Image[]> => {
  const names = (await readdir(folder).catch(() => [])).filter((name) =>
    /\.(tar|tar\.\w+|qcow2|raw|img)$/.test(name),
  );
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, kind: await kindOfImage(path), time: (await stat(path)).mtimeMs };
    }),
  );
  return found
    .filter((image): image is Image & { time: number } => image.kind !== undefined)
    .sort((a, b) => b.time - a.time)
    .map(({ path, kind }) => ({ path, kind }));
};

const given = async (image: string, { backend, program }: Choice): Promise<Image> => {
  const path = resolve(image);
  const kind = await kindOfImage(path).catch((error: NodeJS.ErrnoException) => {
    throw failure(`${image} cannot be read: ${error.code ?? error.message}`);
  });
  if (!kind)
    throw failure(`${image} is not an image`, { hint: 'images are qcow2 or raw disks, and tar files' });
  const fitting = BACKEND_OF[kind];
  if (backend && backend !== fitting) {
    throw failure(`${image} is for --backend ${fitting}, not for ${backend}`, {
      hint: buildHint(backend, program),
    });
  }
  return { path, kind };
};

/** The image to boot. Rejects, with how to come by one, where there is none that fits. */
export const chooseImage = async (choice: Choice): Promise<Image> => {
  if (choice.image !== undefined) return given(choice.image, choice);
  const image = preferred(await built(choice.folder), choice);
  const [first = 'qemu'] = wishes(choice);
  const what = choice.backend ? `image for --backend ${choice.backend}` : 'image';
  if (!image)
    throw failure(`there is no ${what} in ${choice.folder}`, { hint: buildHint(first, choice.program) });
  return image;
};
