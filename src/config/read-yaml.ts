import type { Source } from '../problem/problem.ts';
import { checkEntries, type Layer } from './check-entries.ts';
import { yamlEntries } from './yaml-entries.ts';

/** Longer than any settings; bounds what a wrong file or an attacker can cost. In UTF-16 units. */
export const MAX_LENGTH = 65_536;
/** Of a cloud-config, in which the whole relay may be, beside what the operator added. */
const MAX_CLOUD_CONFIG = 1 << 20;

/**
 * Settings in a YAML text: `chatmail.yaml`, or with `under: 'chatmail'` the part of a cloud-config below
 * that key (no settings if there is none; that the text is a cloud-config at all is for the caller to
 * see from its first line). Reports all problems of all settings; never throws, for any text.
 */
export const readYaml = (source: Source, { under }: { readonly under?: string } = {}): Layer =>
  checkEntries(source, (complain) => {
    if (source.text.length > (under === undefined ? MAX_LENGTH : MAX_CLOUD_CONFIG)) complain('too-large');
    else
      try {
        return yamlEntries(source.text, under, complain);
      } catch (error) {
        // The parser descends recursively, and overflows its stack on a text made for that.
        if (!(error instanceof RangeError)) throw error;
        complain('syntax', undefined, { rule: 'RESOURCE_EXHAUSTION' });
      }
    return [];
  });
