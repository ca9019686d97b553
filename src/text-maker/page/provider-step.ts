import { CLOUDS } from '../../model/clouds/all.ts';
import type { Cloud, Port25 } from '../../model/clouds/cloud.ts';
import { type Form, OTHER } from '../choices.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import { element } from './element.ts';
import { PLAIN } from './field.ts';
import { labelOf, type Part, section } from './part.ts';
import { choose, chosenIn, radioCard, radiosIn } from './radio.ts';

const PORT25: Readonly<Record<Port25['state'], string>> = {
  open: 'Port 25 open',
  'on request': 'Port 25 on request',
  blocked: 'Port 25 blocked',
  'your own': 'Your own network',
};

const cardOf = ({ name, title, port25 }: Cloud): HTMLLabelElement =>
  radioCard(
    'provider',
    name,
    title.replace(/^a /, ''),
    port25 ? PORT25[port25.value.state] : 'Port 25 not known',
  );

const matches = ({ name, aliases, title }: Cloud, words: string): boolean =>
  [name, title, ...aliases].some((text) => text.toLowerCase().includes(words));

const FORMS: readonly (readonly [Form, string, string])[] = [
  ['short', 'A short text', '4 kB. It fits nearly everywhere; the machine downloads the relay.'],
  ['whole', 'The whole relay as one text', '65 kB. Only Debian’s packages are downloaded.'],
  ['script', 'Only a login by SSH', 'You get a script to run there.'],
];

/** Which provider: cards, a search among them, and what one takes that is not among them. */
export const providerStep = ({ payload }: Pick<ReleaseFacts, 'payload'>): Part => {
  const search = element('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Search',
    'aria-label': 'Search providers',
    ...PLAIN,
  });
  const found = element('p', { class: 'hint', role: 'status' });
  const cards = new Map(CLOUDS.map((cloud) => [cloud, cardOf(cloud)]));
  const other = radioCard('provider', OTHER, 'Another provider', 'With Debian 12');
  const group = element(
    'div',
    { class: 'cards', role: 'radiogroup', 'aria-labelledby': labelOf('provider') },
    ...cards.values(),
    other,
  );
  const forms = element(
    'div',
    { class: 'cards wide', role: 'radiogroup', 'aria-label': 'What does the provider accept?' },
    ...FORMS.filter(([form]) => form !== 'whole' || payload).map(([form, title, detail]) =>
      radioCard('form', form, title, detail),
    ),
  );
  const takes = element(
    'div',
    { class: 'more', hidden: true },
    element('h3', {}, 'What does the provider accept?'),
    forms,
  );
  const filter = () => {
    const words = search.value.trim().toLowerCase();
    for (const [cloud, card] of cards) card.hidden = !matches(cloud, words);
    const count = [...cards.values()].filter(({ hidden }) => !hidden).length;
    found.textContent =
      words === '' ? '' : count === 0 ? 'Not in the list: choose “Another provider”.' : `${count} found`;
  };
  search.addEventListener('input', filter);
  search.addEventListener('keydown', ({ key }) => {
    const [first] = radiosIn(group).filter((radio) => !radio.parentElement?.hidden);
    if (key !== 'Enter' || !first || search.value === '') return;
    first.focus();
    first.click();
  });
  choose(forms, 'short');
  return {
    element: section(
      'provider',
      'Where will it run?',
      element('p', {}, 'A machine with Debian 12 and 1 GB of memory is enough.'),
      search,
      found,
      group,
      takes,
      element(
        'p',
        { class: 'hint' },
        'Port 25 is for mail to and from ordinary mail servers. Relays reach each other without it.',
      ),
    ),
    read: () => ({ provider: chosenIn(group), form: chosenIn(forms) as Form }),
    write: ({ provider, form }) => {
      search.value = '';
      filter();
      choose(group, provider);
      choose(forms, form === 'whole' && !payload ? 'short' : form);
    },
    show: (_, { provider }) => {
      takes.hidden = provider !== OTHER;
    },
  };
};
