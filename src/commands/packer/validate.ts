import { packerCommand } from '../../packer/command.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { runPacker } from '../../packer/run-packer.ts';
import type { Failure } from '../../terminal/failure.ts';
import type { Context, ExitStatus } from '../command.ts';
import { type Folder, templateFor, withVariables } from './folder.ts';
import { requireDone, requirePacker } from './outcome.ts';

const validate = async (builder: Builder, folder: Folder, { signal, env }: Context): Promise<void> => {
  requirePacker(builder, folder.packer);
  const command = packerCommand({
    action: 'validate',
    template: templateFor(builder, folder),
    variables: folder.variables,
  });
  for await (const event of runPacker(command, { signal, env })) {
    if (event.type === 'end') requireDone(event.outcome, builder, `${builder.type}: `, signal);
  }
};

/** All are looked at, so that one run says all that is missing. */
export const validateAll = async (
  builders: readonly Builder[],
  folder: Folder,
  context: Context,
  json: boolean,
): Promise<ExitStatus> => {
  let status: ExitStatus = 0;
  for (const builder of builders) {
    let problem: Failure | undefined;
    await withVariables(builder, folder, context, (ready) => validate(builder, ready, context)).catch(
      (error: Error) => {
        context.signal.throwIfAborted();
        if (error.name !== 'Failure') throw error;
        problem = error as Failure;
      },
    );
    if (problem)
      for (const { message, hint } of problem.problems ?? [problem]) status = context.fail(message, hint);
    if (json)
      context.stdout.write(
        `${JSON.stringify({ builder: builder.type, valid: !problem, ...(problem && { error: problem.message }) })}\n`,
      );
    else if (!problem) context.stdout.write(`${builder.type}: valid\n`);
  }
  return status;
};
