/** What a text says it is by how it begins, longest first (cloud-init, handlers/__init__.py, INCLUSION_TYPES_MAP). */
const BEGINNINGS = [
  '#cloud-config-archive',
  '#cloud-config-jsonp',
  '#cloud-config',
  '#cloud-boothook',
  '#part-handler',
  '#include',
  '#!',
  '## template: jinja',
];

/**
 * What cloud-init takes a text for: how it begins, whatever white space there is before and letters after
 * (`type_from_starts_with`), so that `#cloud-configuration` is `#cloud-config`. `undefined`: it ignores the text.
 */
export const userDataType = (text: string): string | undefined => {
  // Python takes no byte-order mark for white space.
  const beginning = text.slice(text.search(/\S|\ufeff/)).toLowerCase();
  return BEGINNINGS.find((each) => beginning.startsWith(each));
};
