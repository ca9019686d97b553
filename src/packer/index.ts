/**
 * Packer as a library: a template is a value and is rendered, a run is a stream of events, an error is a value.
 * Knows nothing of relays.
 *
 * ```ts
 * import { packerCommand, problemWords, renderHcl, runPacker } from 'chatmail-image/packer';
 *
 * await writeFile('shop.pkr.hcl', renderHcl({
 *   variables: { token: { type: 'string', sensitive: true, default: env('HCLOUD_TOKEN') } },
 *   sources: [{ type: 'hcloud', name: 'shop', settings: { token: expression('var.token'), image: 'debian-12' } }],
 *   builds: [{ sources: ['source.hcloud.shop'] }],
 * }));
 * for await (const event of runPacker(packerCommand({ action: 'build', template: 'shop.pkr.hcl' }), { signal })) {
 *   if (event.type === 'message') console.log(event.text);
 *   if (event.type === 'end' && event.outcome.status === 'failed')
 *     for (const problem of event.outcome.problems) console.error(problemWords(problem).message);
 * }
 * ```
 */

export type { Problem, Wording } from '../problem/problem.ts';
export { type PackerCommand, type PackerRequest, packerCommand } from './command.ts';
export {
  type ArtifactEvent,
  createEventReader,
  type ErrorEvent,
  type OtherEvent,
  type OutputEvent,
  type PackerEvent,
  readEvents,
} from './events.ts';
export {
  findPacker,
  isAtLeast,
  knowsPlugins,
  type PackerVersion,
  parsePackerVersion,
} from './find-packer.ts';
export { hclString, renderHcl } from './hcl.ts';
export { type PackerProblem, problemWords, readProblems } from './problem.ts';
export { type EndEvent, type PackerOutcome, type RunOptions, runPacker } from './run-packer.ts';
export {
  type Blocks,
  type Build,
  blocks,
  type Expression,
  env,
  expression,
  type Part,
  type Plugin,
  type Settings,
  type Source,
  type Template,
  UnwritableTemplate,
  type Value,
  type Variable,
} from './template.ts';
