/** What was probably meant: `yes` is `true`, as in YAML 1.1 (yaml.org/type/bool.html) and in many an ini file. */
export const similarBoolean = (text: string): string | undefined => {
  if (/^(y(es)?|on|1)$/i.test(text)) return 'true';
  return /^(no?|off|0)$/i.test(text) ? 'false' : undefined;
};
