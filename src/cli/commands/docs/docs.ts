import { didYouMean } from "../../../lib/did-you-mean.ts";
import { registry } from "../../../registry.ts";
import type { Component, ComponentKind } from "../../../sdk/component.ts";
import { describeSchema } from "./describe.ts";
import { booleanFlag, defineCommand, EXIT, type CommandContext, type CommandInput } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { withPluginRoom, type PluginRoom } from "../../plugins/plugin-room.ts";
import { withHosted } from "../../plugins/with-hosted.ts";
import { UsageError } from "../../usage-error.ts";
import { renderComponent, renderList } from "./text.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

const flags = {
  json: booleanFlag("The same as JSON, for programs."),
  "json-schema": booleanFlag("JSON Schema of .pkr.json templates with all components, those of installed plugins too."),
};

export const command = defineCommand({
  name: "docs",
  summary: "Show the options of a builder, provisioner, post-processor or data source",
  examples: [
    { command: "imgbuild docs", explains: "everything there is" },
    { command: "imgbuild docs qemu", explains: "the options of one component" },
    { command: "imgbuild docs provisioner file", explains: "when several kinds have the name" },
    { command: "imgbuild docs -json-schema > packer.schema.json", explains: "let an editor check .pkr.json files" },
  ],
  arguments: [
    {
      name: "type",
      description: "The name in templates, with its kind before it where several have it.",
      variadic: true,
      optional: true,
    },
  ],
  flags,
  run: (context, input) => interruptible(context.process, (signal) => show(context, input, signal)),
});

async function show(
  context: CommandContext,
  { positional, flags: given }: CommandInput<typeof flags>,
  signal: AbortSignal,
): Promise<number> {
  const { stdout } = context.host;
  if (given["json-schema"]) {
    const { templateSchema } = await import("./template-schema.ts");
    const schema = await withPluginRoom(context.host, signal, async (room) =>
      templateSchema(withHosted(registry, await room.list())),
    );
    stdout.write(formatJson(schema));
    return EXIT.ok;
  }
  const components = await withPluginRoom(context.host, signal, (room) => findComponents(room, positional));
  if (given.json) stdout.write(formatJson(components.map(asData)));
  else if (positional.length === 0) stdout.write(renderList(components));
  else stdout.write(components.map((component) => renderComponent(component, width(context))).join("\n"));
  return EXIT.ok;
}

const formatJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const width = ({ host }: CommandContext): number => Math.min(host.stdout.columns || 100, 120);

function asData({ kind, type, summary, schema }: Component): object {
  return { kind, type, summary, options: describeSchema(schema) };
}

interface Wanted {
  readonly kind: ComponentKind | undefined;
  /** Undefined for all of them. */
  readonly type: string | undefined;
}

async function findComponents(room: PluginRoom, words: readonly string[]): Promise<readonly Component[]> {
  const { kind, type } = readWords(words);
  const kinds = kind ? [kind] : KINDS;
  const builtIn = kinds.flatMap((one) => registry.types(one).map((name) => ({ kind: one, type: name })));
  const isWanted = (one: { readonly type: string }): boolean => type === undefined || one.type === type;
  const ours = builtIn.filter(isWanted);
  // Plugins are looked at for what is not built in, and for a whole list.
  const others = ours.length > 0 && type !== undefined ? [] : await room.list();
  const hosted = others.filter((one) => kinds.includes(one.kind) && !builtIn.some((own) => isSame(own, one)));
  const theirs = hosted.filter(isWanted);
  if (ours.length + theirs.length === 0) throw nothingNamed({ kind, type: type! }, [...builtIn, ...hosted]);
  return Promise.all([
    ...ours.map((one) => registry.load(one.kind, one.type) as Promise<Component>),
    ...theirs.map((one) => one.load()),
  ]);
}

interface Named {
  readonly kind: ComponentKind;
  readonly type: string;
}

const isSame = (one: Named, other: Named): boolean => one.kind === other.kind && one.type === other.type;

function nothingNamed(
  { kind, type }: { readonly kind: ComponentKind | undefined; readonly type: string },
  known: readonly Named[],
): UsageError {
  const hint = didYouMean(
    type,
    known.map((one) => one.type),
  );
  return new UsageError(`There is no ${kind ?? "component"} "${type}".${hint}\nAll of them:\n    imgbuild docs`);
}

function readWords(words: readonly string[]): Wanted {
  const [first, second, ...others] = words;
  if (others.length > 0) throw new UsageError("docs takes a type, or a kind and a type");
  if (first === undefined || second === undefined) return { kind: undefined, type: first };
  return { kind: kindNamed(first), type: second };
}

function kindNamed(name: string): ComponentKind {
  const kind = KINDS.find((one) => one === name || `${one}s` === name || (one === "data-source" && name === "data"));
  if (kind) return kind;
  throw new UsageError(`There is no kind "${name}"; there are ${KINDS.join(", ")}`);
}
