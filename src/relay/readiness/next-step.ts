import type { State } from './state.ts';

/** One sentence for the operator: what to do next. */
export const nextStep = ({ state, step, domain = '', dns, certificate, port25 }: State): string => {
  const wanting = (dns ?? []).filter((record) => record.isRequired && record.state !== 'found');
  const wrong = wanting.filter((record) => record.state !== 'unknown').length;
  const records = wrong === 1 ? 'the DNS record' : `the ${wrong} DNS records`;
  // It ends in what helps in this cloud.
  if (state === 'error') return step;
  if (state === 'ready' && wrong)
    return `You can join now; to get mail from other servers, add ${records} below.`;
  if (state === 'ready' && port25 === 'blocked')
    return 'You can join now. Port 25 is blocked: see below how to reach all mail servers.';
  if (state === 'ready') return 'Your relay is ready: open its home page to join.';
  if (state !== 'waiting' || dns === undefined) return 'Nothing to do yet: wait until the relay has started.';
  if (wrong) return `Add ${records} below where you manage ${domain}.`;
  if (wanting[0]) return `Nothing to do yet: the name servers of ${domain} do not answer.`;
  if (certificate?.state === 'failed')
    return 'No certificate yet: see below for the reason. The relay tries again by itself.';
  return 'Nothing left to do: the certificate is on its way.';
};
