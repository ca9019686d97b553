import { loadSettings, SETTINGS_OPTIONS } from '../config/load-settings.ts';
import { problemToJson } from '../config/problem-to-json.ts';
import { SETTING_NAMES, type Settings, settingOf } from '../config/schema.ts';
import { worded } from '../config/wording.ts';
import { modelOf } from '../model/model.ts';
import { PROJECT } from '../package/paths.ts';
import { type RelayFile, renderFiles } from '../render/render.ts';
import { templatesFor } from '../render/templates.ts';
import { defineCommand } from './command.ts';

/** Every file that follows from the settings, as a relay would write it. */
const render = (settings: Settings): readonly RelayFile[] => {
  const model = modelOf({ ...settings, mail_domain: settings.mail_domain ?? 'chat.example.org' });
  return renderFiles(model, templatesFor(model, `${PROJECT}templates/etc`, `${PROJECT}www`));
};

const verdict = (settings: Settings, what: string, files: number): string => {
  const changed = SETTING_NAMES.filter(
    (name) => settings[name] !== undefined && settings[name] !== settingOf(name)?.default,
  );
  const name = settings.mail_domain ?? 'a relay that finds its name when it starts';
  return `${what}: good, ${name}, ${changed.length} of ${SETTING_NAMES.length} settings differ from the defaults, ${files} files rendered\n`;
};

export const command = defineCommand({
  name: 'check',
  summary: 'check the settings, and show where each mistake is',
  options: {
    ...SETTINGS_OPTIONS,
    json: { type: 'boolean', help: 'print the result for programs: settings and problems' },
  },
  run: async (context, { values: { config, set, json } }) => {
    const { result, file } = await loadSettings({ ...context, config, set });
    const status = result.ok ? 0 : 1;
    const files = result.ok ? render(result.value) : [];
    if (json) {
      const settings = result.ok ? { settings: result.value } : {};
      const report = {
        ok: result.ok,
        ...settings,
        problems: result.problems.map((problem) => problemToJson(worded(problem))),
      };
      context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      return status;
    }
    context.report(result.problems);
    if (result.ok && file === undefined && !set)
      return context.fail('there is no chatmail.yaml here', `\`${context.program} init\` writes one`);
    if (result.ok) context.stdout.write(verdict(result.value, file ?? 'settings', files.length));
    return status;
  },
});
