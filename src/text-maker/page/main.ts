import { writeUserData } from '../../cloud-init/write-user-data.ts';
import { CLOUDS } from '../../model/clouds/all.ts';
import type { ReleaseFacts } from '../release-facts.ts';

const app = document.getElementById('app');
const written = document.getElementById('release')?.textContent ?? '';
const { url, packages = [], payload }: Partial<ReleaseFacts> = written === '' ? {} : JSON.parse(written);
const here = /^https?:/.test(location.protocol) ? [new URL('.', location.href).href] : [];
const sources = [...here, ...(url === undefined ? [] : [url])].map((source) => source.replace(/\/+$/, ''));

const choice = document.createElement('select');
choice.setAttribute('aria-label', 'Provider');
for (const { name, title } of CLOUDS) choice.append(new Option(title, name));
const output = document.createElement('textarea');
output.readOnly = true;
output.setAttribute('aria-label', 'Text to paste');
const show = () => {
  const { text, problems } = writeUserData(
    {},
    { base: 'debian', provider: choice.value, sources, packages },
    { payload: payload && (() => payload) },
  );
  output.value = text || problems.map(({ message }) => message).join('\n');
};
choice.addEventListener('change', show);
app?.append(choice, output);
show();
