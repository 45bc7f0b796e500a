import { errorText } from "../lib/error-text.ts";
import { activeBuild } from "../core/run/crash.ts";
import type { Emit } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import { chooseRenderers } from "../ui/choose-renderers.ts";
import { createPipeline, type Pipeline } from "../ui/pipeline.ts";
import { createRedactor, type Redactor } from "../ui/redact.ts";
import { watchActivity } from "../ui/watch-activity.ts";
import { booleanFlag, choiceFlag, type CommandContext, type FlagValues } from "./command.ts";

/** How a command that emits events shows them. */
export const outputFlags = {
  color: booleanFlag("Colour on a terminal; -color=false turns it off, as NO_COLOR does.", { default: true }),
  "timestamp-ui": booleanFlag("Put the time before each line."),
  "machine-readable": booleanFlag("Packer's machine-readable lines instead of text."),
  json: booleanFlag("One JSON object a line for each event (docs/events.v1.schema.json)."),
  progress: choiceFlag(
    ["auto", "plain", "tty", "none"],
    "How progress is shown. auto: bars on a terminal, lines elsewhere.",
    {
      default: "auto",
    },
  ),
};

export interface Output {
  readonly pipeline: Pipeline;
  readonly redactor: Redactor;
}

export interface OutputFiles {
  readonly metadataFile?: string | undefined;
  readonly codeQuality?: { readonly path: string; readonly template: string } | undefined;
  readonly logDirectory?: string | undefined;
}

/** The way out of a command that emits events: events in, text where the flags want it, every secret masked. */
export function createOutput(
  { host, onRedactor }: Pick<CommandContext, "host" | "onRedactor">,
  flags: FlagValues<typeof outputFlags>,
  files: OutputFiles = {},
): Output {
  const redactor = createRedactor();
  onRedactor(redactor);
  const renderers = chooseRenderers(
    host,
    {
      color: flags.color,
      timestampUi: flags["timestamp-ui"],
      machineReadable: flags["machine-readable"],
      json: flags.json,
      progress: flags.progress,
      metadataFile: files.metadataFile,
      codeQuality: files.codeQuality,
    },
    {
      logDirectory: files.logDirectory,
      onLost: (path, error) =>
        pipeline.emit({ kind: "warning", text: `The log ${path} cannot be written any more: ${errorText(error)}` }),
    },
  );
  const pipeline: Pipeline = createPipeline({ renderers, redactor, clock: host.clock });
  return { redactor, pipeline: withActivity(pipeline, host) };
}

/** What happens while the output is open is in its logs. */
function withActivity(pipeline: Pipeline, { clock }: Pick<Host, "clock">): Pipeline {
  let isOpen = true;
  const emit: Emit = (event) => {
    if (isOpen) pipeline.emit(event);
  };
  const stop = watchActivity({ emit, clock, activeBuild });
  const close = async (): Promise<void> => {
    isOpen = false;
    stop();
    await pipeline.close();
  };
  return { ...pipeline, close };
}
