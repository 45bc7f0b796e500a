import type { Emit } from "../../../sdk/event.ts";
import { EXIT, type CommandContext } from "../../command.ts";
import { createOutput } from "../../output-flags.ts";
import { withMessagesOnStderr } from "../../read-only-session.ts";
import { openPluginWorld, type PluginWorld } from "../../plugins/plugin-world.ts";
import { tellError } from "../../plugins/tell-error.ts";
import type { ActionInput } from "./action.ts";

export interface PluginWork {
  readonly world: PluginWorld;
  readonly emit: Emit;
}

/** Does something with the plugins of this machine; messages go to standard error. An error of the world is shown, exit code 1. */
export async function withWorld(
  context: CommandContext,
  { given, signal }: ActionInput,
  body: (work: PluginWork) => Promise<number>,
): Promise<number> {
  const { host } = context;
  const shown = {
    color: given.color,
    progress: given.progress,
    "timestamp-ui": false,
    "machine-readable": false,
    json: false,
  };
  const { pipeline } = createOutput({ ...context, host: withMessagesOnStderr(host) }, shown);
  try {
    return await body({ world: await openPluginWorld(host, signal), emit: pipeline.emit });
  } catch (error) {
    signal.throwIfAborted();
    tellError(pipeline.emit, error);
    return EXIT.failed;
  } finally {
    await pipeline.close();
  }
}
