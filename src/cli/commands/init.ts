import { mapLimited } from "../../lib/limited.ts";
import { SignatureError } from "../../plugin-host/install/check-signature.ts";
import { addToLock, LockViolation, type PluginLock } from "../../plugin-host/install/plugin-lock.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext, type FlagValues } from "../command.ts";
import { interruptible } from "../interruptible.ts";
import { outputFlags, type Output } from "../output-flags.ts";
import { installRequired, type ReadyPlugin } from "../plugins/install-required.ts";
import { LOCK_FILE, readLockFile, writeLockFile } from "../plugins/lock-file.ts";
import { findPluginNeeds, type PluginNeeds } from "../plugins/plugin-needs.ts";
import { openPluginWorld } from "../plugins/plugin-world.ts";
import { tellError } from "../plugins/tell-error.ts";
import { withMessagesOnStderr, withReadOnlySession } from "../read-only-session.ts";
import { templateArgument, templateDirectory, templateFlags } from "../template-flags.ts";
import { builtInNote, builtInPlugin } from "./plugins/built-in.ts";
import { readRequirements } from "./plugins/load-requirements.ts";

const flags = {
  ...templateFlags,
  upgrade: booleanFlag("Take the newest releases the template allows, and lock those."),
  force: booleanFlag("Install again what is there."),
  mirror: textFlag("PLACE", "Fetch from this mirror only: an address or a folder. Default: IMGBUILD_PLUGIN_MIRROR."),
  progress: outputFlags.progress,
  color: outputFlags.color,
  "ignore-prerelease-plugins": booleanFlag("", {
    hidden: true,
    withoutEffect: "a development build counts as the release it is going to be.",
  }),
};
type Flags = FlagValues<typeof flags>;

export const command = defineCommand({
  name: "init",
  summary: "Install the plugins a template requires",
  examples: [
    { command: "imgbuild init template.pkr.hcl", explains: "what is not built in is fetched, checked and locked" },
    { command: "imgbuild init -only='docker.*' .", explains: "only what these builds need" },
    { command: "imgbuild init -upgrade .", explains: "the newest releases that are allowed" },
  ],
  arguments: [templateArgument],
  flags,
  notes: [
    "What is built in needs no plugin (imgbuild plugins installed). Plugins that Packer has installed are used as they are.",
    `The releases that were taken are written to ${LOCK_FILE} beside the template; keep it with the template.`,
  ],
  run: (context, { positional: [path = ""], flags: given }) =>
    interruptible(context.process, (signal) => init(context, { path, given, signal })),
});

interface Input {
  readonly path: string;
  readonly given: Flags;
  readonly signal: AbortSignal;
}

function init(context: CommandContext, input: Input): Promise<number> {
  const { host } = context;
  const { path, given, signal } = input;
  const shown = {
    color: given.color,
    progress: given.progress,
    "timestamp-ui": false,
    "machine-readable": false,
    json: false,
  };
  const quiet = { ...context, host: withMessagesOnStderr(host) };
  return withReadOnlySession(quiet, { path, signal, flags: shown }, async ({ session, output }) => {
    const required = await readRequirements(session, output, { path, flags: given });
    if (!required) return EXIT.failed;
    if (required.length === 0) {
      host.stdout.write("The template requires no plugins: nothing to do.\n");
      return EXIT.ok;
    }
    const needs = await findPluginNeeds(host, { path, flags: given, required, signal });
    return installAll({ host, output, required, needs, ...input });
  });
}

interface Work extends Input {
  readonly host: CommandContext["host"];
  readonly output: Output;
  readonly required: readonly RequiredPlugin[];
  readonly needs: PluginNeeds | undefined;
}

const AT_ONCE = 3;

async function installAll(work: Work): Promise<number> {
  const { host, output, required, path, given, signal } = work;
  const { emit } = output.pipeline;
  try {
    const directory = templateDirectory(host, path);
    const lock = await readLockFile(directory);
    const world = await openPluginWorld(host, signal);
    /** By name; whether nothing is to go on without it. */
    const missing = new Map<string, boolean>();
    const ready = await mapLimited(required.filter(isWanted(work)), AT_ONCE, async (plugin) => {
      const options = { host, world, emit, ...given, locked: lock.get(plugin.source) };
      const done = await installRequired(plugin, options).catch((error: unknown) => {
        signal.throwIfAborted();
        const isForged = error instanceof LockViolation || error instanceof SignatureError;
        const isFatal = isForged || isNeeded(plugin, work);
        tellError(emit, error, isFatal ? "error" : "warning");
        missing.set(plugin.name, isFatal);
        return undefined;
      });
      if (done) host.stdout.write(`${tell(plugin, done)}\n`);
      return done;
    });
    if (await writeLockFile(directory, lock, locked(lock, ready))) host.stdout.write(`Written to ${LOCK_FILE}.\n`);
    return conclude(missing, work);
  } catch (error) {
    signal.throwIfAborted();
    tellError(emit, error);
    return EXIT.failed;
  }
}

/** What is built in needs no plugin, unless a build uses a component of it that is not. */
function isWanted({ host, needs }: Work): (plugin: RequiredPlugin) => boolean {
  return (plugin) => {
    if (!builtInPlugin(plugin.source)) return true;
    const isUsed = needs !== undefined && usersOf(plugin, needs).length > 0;
    const note = builtInNote(plugin);
    const text = `${plugin.name} (${plugin.source} ${plugin.version}): built in`;
    const verdict = isUsed ? ", but not all that is used of it." : ", nothing to install.";
    host.stdout.write(`${[text + verdict, note].filter(Boolean).join(" ")}\n`);
    return isUsed;
  };
}

function tell({ source, version: constraint }: RequiredPlugin, { version, path, wasThere }: ReadyPlugin): string {
  if (wasThere) return `${source} ${constraint}: v${version} is installed.`;
  // As Packer says it.
  return `Installed plugin ${source} v${version} in ${JSON.stringify(path)}`;
}

function locked(lock: PluginLock, ready: readonly (ReadyPlugin | undefined)[]): PluginLock {
  return ready.reduce<PluginLock>((all, plugin) => (plugin?.seen ? addToLock(all, plugin.seen) : all), lock);
}

const usersOf = ({ name }: RequiredPlugin, { builds, everywhere }: PluginNeeds): readonly string[] =>
  builds.filter(({ plugins }) => everywhere.has(name) || plugins.has(name)).map((build) => build.name);

/** Where it cannot be told, everything is needed. */
function isNeeded(plugin: RequiredPlugin, { needs, given }: Work): boolean {
  if (!needs) return true;
  const users = usersOf(plugin, needs);
  const isSelected = given.only.length + given.except.length > 0;
  return isSelected ? users.length > 0 : users.length === needs.builds.length;
}

/** Success where every selected build can run; without a selection, where any can. */
function conclude(missing: ReadonlyMap<string, boolean>, work: Work): number {
  const { needs, required, given, output } = work;
  if (missing.size === 0) return EXIT.ok;
  if ([...missing.values()].includes(true)) return EXIT.failed;
  const lost = required.filter(({ name }) => missing.has(name));
  const lostBuilds = new Set(lost.flatMap((plugin) => (needs ? usersOf(plugin, needs) : [])));
  const able = (needs?.builds ?? []).map(({ name }) => name).filter((name) => !lostBuilds.has(name));
  if (able.length === 0) return EXIT.failed;
  if (given.only.length + given.except.length > 0 || lostBuilds.size === 0) return EXIT.ok;
  const unable = [...lostBuilds].join(", ");
  const command = `imgbuild build -only='${able.join(",")}' ${work.path}`;
  output.pipeline.emit({
    kind: "warning",
    text: `${unable} cannot run without what is missing. The others can:\n    ${command}`,
  });
  return EXIT.ok;
}
