import { startInternet } from '../machine/internet.ts';
import { shell } from '../machine/relay.ts';
import { connectWaiting, renewAgain, serverMemory } from '../machine/waiting-clients.ts';
import { atMost, type Figure } from './figures.ts';

const CLIENTS = 100;
const RENEWALS = 200;
/** After so many all clients say something: Postfix lets go whoever is silent for five minutes. */
const AT_ONCE = 10;
/** From the first on, until all is as it stays. */
const SETTLING = 10;

/** What 200 certificates, of which each one has the servers read it, do to clients that wait. */
export const renewalFigures = async (): Promise<Figure[]> => {
  const internet = await startInternet(() => []);
  try {
    const settings = `max_load_1m: 1000\nacme_directory: ${internet.authority.directory}`;
    const { machine, address, relay: relayOf } = await internet.boot(11, settings);
    await machine.console.waitFor(/chatmail: ready/);
    const relay = relayOf(address);
    const isCertified = '"state":"valid"';
    await shell(relay, `until grep -q '${isCertified}' /var/lib/chatmail/state.json; do sleep 1; done`);
    const clients = await connectWaiting(relay, CLIENTS);
    await renewAgain(relay, SETTLING);
    const before = await serverMemory(relay);
    const begun = performance.now();
    for (let done = 0; done < RENEWALS; done += AT_ONCE) {
      await renewAgain(relay, AT_ONCE);
      await clients.keep();
    }
    const each = (performance.now() - begun) / 1000 / RENEWALS;
    const more = (await serverMemory(relay)) - before;
    const lost = CLIENTS - (await clients.answer());
    clients.close();
    const what = `${RENEWALS} renewals beside ${CLIENTS} waiting clients`;
    return [
      atMost(`${what}: clients cut off`, lost, 'clients', 0),
      atMost(`${what}: memory of the servers`, more, 'MB', 20),
      atMost(`${what}: each`, each, 's', 5),
    ];
  } finally {
    await internet.stop();
  }
};
