import { checkpointDirectory } from "../../../core/checkpoints/store-directory.ts";
import { prunable } from "../../../core/checkpoints/prunable.ts";
import { CheckpointStore } from "../../../core/checkpoints/store.ts";
import { describeBytes } from "../../../lib/bytes.ts";
import { plural } from "../../../ui/words.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext, type FlagValues } from "../../command.ts";
import { withSettings } from "../../settings.ts";
import { UsageError } from "../../usage-error.ts";
import { listText, showText, toJson } from "./describe.ts";
import { parseKeep, parsePruneAge } from "./prune-flags.ts";
import { selectCheckpoints } from "./select.ts";

const flags = {
  older: textFlag("DURATION", "prune: what was last used longer ago than this (7d, 12h)."),
  keep: textFlag("SIZE", "prune: the oldest, until the rest is no larger than this (20GB)."),
  json: booleanFlag("One JSON object a line for each checkpoint."),
};

export const command = defineCommand({
  name: "checkpoints",
  summary: "List and remove machines saved between provisioners",
  examples: [
    { command: "imgbuild checkpoints", explains: "what is saved: template, build, step, age, size" },
    { command: "imgbuild checkpoints show 3cea", explains: "one of them; the beginning of its id is enough" },
    { command: "imgbuild checkpoints rm 3cea", explains: "remove it; those that go on from it stay whole" },
    { command: "imgbuild checkpoints prune -older 7d -keep 20GB", explains: "make room" },
  ],
  arguments: [
    { name: "action", description: "list (the default), show, rm or prune.", optional: true },
    { name: "id", description: "Of show and rm: the beginning of ids.", optional: true, variadic: true },
  ],
  flags,
  notes: [
    "The size of a checkpoint is what its removal frees: images that others go on from are not counted.",
    "IMGBUILD_CHECKPOINT_DIR is where they are kept (default ~/.cache/imgbuild/checkpoints). A memory image holds what the guest knew: the directory is for its user alone.",
  ],
  async run(context, { positional: [action = "list", ...ids], flags: given }) {
    const run = Object.hasOwn(actions, action) ? actions[action]! : undefined;
    if (!run) throw new UsageError(`checkpoints has no action "${action}". It has ${Object.keys(actions).join(", ")}.`);
    return run(context, ids, given);
  },
});

type Flags = FlagValues<typeof flags>;
type Action = (context: CommandContext, ids: readonly string[], given: Flags) => Promise<number>;

const actions: Readonly<Record<string, Action>> = { list, show, rm, prune };

async function list(context: CommandContext, ids: readonly string[], { json }: Flags): Promise<number> {
  const { stdout, clock } = context.host;
  const store = await openExisting(context);
  const found = selectCheckpoints((await store?.list()) ?? [], ids);
  if (json) for (const checkpoint of found) stdout.write(`${toJson(checkpoint)}\n`);
  else stdout.write(`${listText(found, clock.now())}\n`);
  return EXIT.ok;
}

async function show(context: CommandContext, ids: readonly string[], { json }: Flags): Promise<number> {
  if (ids.length === 0) throw new UsageError("checkpoints show needs the id of a checkpoint");
  const { stdout, clock } = context.host;
  const all = (await (await openExisting(context))?.list()) ?? [];
  for (const checkpoint of selectCheckpoints(all, ids)) {
    stdout.write(`${json ? toJson(checkpoint) : showText(checkpoint, clock.now())}\n`);
  }
  return EXIT.ok;
}

async function rm(context: CommandContext, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) throw new UsageError("checkpoints rm needs the id of a checkpoint");
  const store = await openExisting(context);
  const all = (await store?.list()) ?? [];
  return remove(
    context,
    store,
    selectCheckpoints(all, ids).map(({ key }) => key),
  );
}

async function prune(context: CommandContext, _ids: readonly string[], given: Flags): Promise<number> {
  if (given.older === undefined && given.keep === undefined)
    throw new UsageError("checkpoints prune needs -older or -keep");
  const olderMs = given.older === undefined ? undefined : parsePruneAge(given.older);
  const keepBytes = given.keep === undefined ? undefined : parseKeep(given.keep);
  const store = await openExisting(context);
  const all = (await store?.list()) ?? [];
  return remove(context, store, prunable(all, { olderMs, keepBytes, now: context.host.clock.now() }));
}

async function remove(
  { host }: CommandContext,
  store: CheckpointStore | undefined,
  keys: readonly string[],
): Promise<number> {
  const freed = (await store?.remove(keys)) ?? 0;
  host.stdout.write(`Removed ${plural(keys.length, "checkpoint")}, ${describeBytes(freed)}.\n`);
  return EXIT.ok;
}

/** Looking makes no store. */
async function openExisting({ host }: CommandContext): Promise<CheckpointStore | undefined> {
  return CheckpointStore.openExisting(checkpointDirectory(await withSettings(host)));
}
