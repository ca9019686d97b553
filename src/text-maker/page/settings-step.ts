import { HELP } from '../../config/help.ts';
import { jsonSchema } from '../../config/json-schema.ts';
import { SETTING_NAMES, type SettingName, settingOf } from '../../config/schema.ts';
import { describeSetting } from '../../config/settings-table.ts';
import { capitalized, element, prose } from './element.ts';
import { type Field, field, PLAIN } from './field.ts';
import { type Part, section } from './part.ts';

/** A setting's control, and how its value is read and written; `undefined`: it is not set. */
interface Control {
  readonly name: SettingName;
  readonly field: Field;
  read(): string | undefined;
  write(value: string | undefined): void;
}

const hintOf = (name: SettingName): (Node | string)[] => {
  const { default: value, range } = describeSetting(name);
  const facts = [value && `default ${value}`, range].filter(Boolean);
  return prose(`\`${name}\`${facts.length > 0 ? ` · ${facts.join(' · ')}` : ''}`);
};

const checkbox = (name: SettingName): Control => {
  const control = element('input', { type: 'checkbox', id: name });
  const standard = String(settingOf(name)?.default ?? false);
  return {
    name,
    field: field(control, capitalized(HELP[name]), hintOf(name)),
    read: () => (String(control.checked) === standard ? undefined : String(control.checked)),
    write: (value = standard) => {
      control.checked = value.toLowerCase() === 'true';
    },
  };
};

/** The words that a setting takes, where it takes no others. */
const wordsFor = (name: SettingName): readonly string[] | undefined => {
  const { properties } = jsonSchema() as { properties: Record<string, { enum?: readonly string[] }> };
  return properties[name]?.enum;
};

const selection = (name: SettingName, words: readonly string[]): Control => {
  const standard = String(settingOf(name)?.default ?? '');
  const control = element('select', { id: name }, ...words.map((word) => new Option(word)));
  return {
    name,
    field: field(control, capitalized(HELP[name]), hintOf(name)),
    read: () => (control.value === standard ? undefined : control.value),
    write: (value = standard) => {
      control.value = words.includes(value) ? value : standard;
    },
  };
};

const controlOf = (name: SettingName): Control => {
  const words = wordsFor(name);
  if (words) return selection(name, words);
  return settingOf(name)?.kind === 'boolean' ? checkbox(name) : input(name);
};

/** `[/a, /b]` as a person types it here: without brackets and commas. */
const exampleOf = (name: SettingName): string => {
  const { default: value, example } = describeSetting(name);
  return settingOf(name)?.kind === 'paths' ? example.replace(/[[\],]/g, '') : value || example;
};

/** Some URLs mean something when they are empty, and something else when they are not set. */
const emptyBox = (name: SettingName): HTMLInputElement | undefined =>
  settingOf(name)?.kind === 'url' && /\bempty\b/.test(HELP[name])
    ? element('input', { type: 'checkbox', id: `${name}-empty` })
    : undefined;

const input = (name: SettingName): Control => {
  const kind = settingOf(name)?.kind;
  const control = element('input', {
    id: name,
    placeholder: exampleOf(name),
    inputmode: kind === 'integer' ? 'numeric' : kind === 'decimal' ? 'decimal' : undefined,
    maxlength: '1000',
    ...PLAIN,
  });
  const empty = emptyBox(name);
  const label = empty ? [element('label', { class: 'empty' }, empty, ' Empty')] : [];
  empty?.setAttribute('aria-label', `Empty: ${name}`);
  empty?.addEventListener('change', () => {
    control.disabled = empty.checked;
  });
  return {
    name,
    field: field(control, capitalized(HELP[name]), hintOf(name), ...label),
    read: () => (empty?.checked ? '' : control.value.trim() || undefined),
    write: (value) => {
      control.value = value ?? '';
      if (empty) empty.checked = value === '';
      control.disabled = value === '' && empty !== undefined;
    },
  };
};

/** All other settings, as the schema has them. */
export const settingsStep = (): Part => {
  const controls = SETTING_NAMES.filter((name) => name !== 'mail_domain').map(controlOf);
  for (const { write } of controls) write(undefined);
  const count = element('small', {});
  const folded = element(
    'details',
    {},
    element('summary', {}, 'All settings ', count),
    ...controls.map((one) => one.field.element),
  );
  return {
    element: section(
      'settings',
      'Anything special?',
      element('p', {}, 'Most relays need nothing here.'),
      folded,
    ),
    read: () => ({
      settings: Object.fromEntries(
        controls.map(({ name, read }) => [name, read()] as const).filter(([, value]) => value !== undefined),
      ),
    }),
    write: ({ settings }) => {
      for (const { name, write } of controls) write(settings[name]);
      // A person who opens a link should see what it has set.
      if (controls.some(({ name }) => settings[name] !== undefined)) folded.open = true;
    },
    show: ({ wrongSettings }) => {
      for (const { name, field: one, read } of controls) {
        one.complain(wrongSettings.get(name));
        one.element.classList.toggle('changed', read() !== undefined);
      }
      const changed = controls.filter(({ read }) => read() !== undefined).length;
      count.textContent = changed === 0 ? '' : `${changed} changed`;
    },
  };
};
