import { element } from './element.ts';
import { field, PLAIN } from './field.ts';
import { labelOf, type Part, section } from './part.ts';
import { choose, chosenIn, radioCard } from './radio.ts';

/** A domain, or none. */
export const domainStep = (): Part => {
  const ways = element(
    'div',
    { class: 'cards wide', role: 'radiogroup', 'aria-labelledby': labelOf('domain') },
    radioCard('domain', 'none', 'No domain', 'Addresses look like name@[192.0.2.1]. Nothing else to do.'),
    radioCard('domain', 'own', 'My own domain', 'You will add some DNS records for it.'),
  );
  const name = element('input', {
    id: 'mail_domain',
    placeholder: 'chat.example.org',
    inputmode: 'url',
    maxlength: '1000',
    ...PLAIN,
  });
  const entry = field(name, 'Domain', ['Best is a name used for nothing else, such as chat.example.org.']);
  const isOwn = () => chosenIn(ways) === 'own';
  choose(ways, 'none');
  return {
    element: section('domain', 'Does it have a domain?', ways, entry.element),
    read: () => (isOwn() ? { settings: { mail_domain: name.value.trim() } } : {}),
    write: ({ settings: { mail_domain: domain } }) => {
      choose(ways, domain === undefined ? 'none' : 'own');
      name.value = domain ?? '';
    },
    show: ({ wrongSettings }) => {
      entry.element.hidden = !isOwn();
      // An empty field is not wrong yet.
      entry.complain(name.value === '' ? undefined : wrongSettings.get('mail_domain'));
    },
  };
};
