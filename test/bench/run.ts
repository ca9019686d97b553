import { bootFigures } from './booting.ts';
import { buildFigures } from './building.ts';
import { cutFigures } from './cuts.ts';
import { figureTable } from './figures.ts';
import { idleFigures } from './idle.ts';
import { invitationFigures } from './invitations.ts';
import { loadFigures } from './load.ts';
import { mailboxFigures } from './mailboxes.ts';
import { renewalFigures } from './renewals.ts';
import { relayFigures } from './running.ts';
import { silentFigures } from './silent.ts';
import { speedFigures } from './speed.ts';
import { updateFigures } from './updating.ts';

/** Measures what the project promises and prints a table. `run.js NAME…` measures parts of it. */
const PARTS = {
  mailboxes: mailboxFigures,
  running: relayFigures,
  booting: bootFigures,
  load: loadFigures,
  speed: speedFigures,
  idle: idleFigures,
  silent: silentFigures,
  renewals: renewalFigures,
  invitations: invitationFigures,
  cuts: cutFigures,
  building: buildFigures,
  updating: updateFigures,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`no part is called ${unknown.join(', ')}: the parts are ${Object.keys(PARTS).join(', ')}`);
const parts = Object.entries(PARTS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
for (const [, measure] of parts) process.stdout.write(figureTable(await measure()));
