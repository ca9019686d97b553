/** Edits (insert, delete, replace) that make `b` of `a`. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The name that was probably meant, if one is near: two fifths of the letters may differ. */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  const near = names
    .map((name) => ({ name, edits: distance(word.slice(0, 64).toLowerCase(), name) }))
    .filter(({ name, edits }) => edits <= Math.max(2, name.length * 0.4))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
};
