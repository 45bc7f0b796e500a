import { BuildError } from "../sdk/error.ts";
import type { JournalEntry, Reaper, Resource } from "../sdk/journal.ts";
import type { Step } from "../sdk/run.ts";

const KIND = "plugin-machine";

/** What a builder of a plugin makes, as far as we know it. */
export interface PluginMachine {
  /** `docker` */
  readonly plugin: string;
  /** Of the builder. */
  readonly type: string;
  readonly build: string;
}

export interface OwnedMachine {
  /** What the builder says of it: `ID`, `Host`. */
  identify(facts: Readonly<Record<string, string | number>>): Promise<void>;
  /** The builder has ended in order: what it made is an artifact, or gone. */
  settle(): Promise<void>;
}

/**
 * Journals what a builder of a plugin is about to make. Only the plugin can remove it, and does when its build fails or is
 * cancelled, and when it loses us; where it could not, the undo fails, and what is known is told.
 */
export async function ownPluginMachine(
  step: Pick<Step, "own">,
  { runId, machine }: { readonly runId: string; readonly machine: PluginMachine },
): Promise<OwnedMachine> {
  const resource: Resource = { kind: KIND, id: `${runId} ${machine.build}`, details: { ...machine } };
  const entry: JournalEntry = await step.own(resource, () => {
    throw new BuildError(`The plugin ${machine.plugin} ended before it could remove what it made`);
  });
  return { identify: (facts) => entry.update(facts), settle: () => entry.strike() };
}

export const reaper: Reaper = {
  kind: "reaper",
  type: KIND,
  describe,
  reap: async () => ({
    kind: "not-ours",
    why: "Only its plugin can remove it, and does when it loses imgbuild, unless it was killed. Look whether it is still there, and remove it with the means of the platform.",
  }),
};

function describe({ details = {} }: Resource): string {
  const { plugin, type, ID, Host } = details;
  const known = [ID && `id ${String(ID)}`, Host && `host ${String(Host)}`].filter(Boolean).join(", ");
  const what = `what the builder ${String(type)} of the plugin ${String(plugin)} made`;
  return known === "" ? what : `${what} (${known})`;
}
