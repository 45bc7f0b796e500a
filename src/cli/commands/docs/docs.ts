import { didYouMean } from "../../../lib/did-you-mean.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import { registry } from "../../../registry.ts";
import type { Component, ComponentKind } from "../../../sdk/component.ts";
import { describeSchema } from "./describe.ts";
import {
  booleanFlag,
  defineCommand,
  EXIT,
  exitCode,
  textFlag,
  type CommandContext,
  type CommandInput,
} from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { withPluginRoom, type PluginRoom } from "../../plugins/plugin-room.ts";
import { withHosted } from "../../plugins/with-hosted.ts";
import { UsageError } from "../../usage-error.ts";
import { functionNamed } from "./function-docs.ts";
import { findOptions, optionNames, type Excerpt } from "./find-options.ts";
import { search } from "./search.ts";
import { renderComponent, renderFound, renderList, renderOptions } from "./text.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

const flags = {
  json: booleanFlag("The same as JSON, for programs."),
  search: textFlag("TEXT", "Everything whose name or description has this text."),
  "json-schema": booleanFlag("JSON Schema of .pkr.json templates with all components, those of installed plugins too."),
};

export const command = defineCommand({
  name: "docs",
  summary: "Show what a component, an option or a function does",
  examples: [
    { command: "imgbuild docs", explains: "everything there is" },
    { command: "imgbuild docs qemu", explains: "the options of one component" },
    { command: "imgbuild docs qemu disk_size", explains: "one option, or one block with all that is in it" },
    { command: "imgbuild docs qemu ssh_", explains: "all options that begin so" },
    { command: "imgbuild docs provisioner file", explains: "when several kinds have the name" },
    { command: "imgbuild docs formatdate", explains: "a function" },
    { command: "imgbuild docs -search checksum", explains: "what there is about something" },
    { command: "imgbuild docs -json-schema > packer.schema.json", explains: "let an editor check .pkr.json files" },
  ],
  arguments: [
    {
      name: "type",
      description:
        "The name in templates, with its kind before it where several have it, and an option after it; or a function.",
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
  if (given.search !== undefined) return showFound(context, given.search, { signal, asJson: given.json });
  const declared = await functionNamed(positional, isComponent);
  if (declared !== undefined) {
    stdout.write(given.json ? formatJson(declared.data) : `${declared.text}\n`);
    return EXIT.ok;
  }
  const { options, ...wanted } = readWords(positional);
  const components = await withPluginRoom(context.host, signal, (room) => findComponents(room, wanted));
  const columns = width(context);
  if (options.length > 0) {
    const excerpts = optionsOf(components, options);
    if (given.json)
      stdout.write(formatJson(excerpts.map(({ component, ...one }) => ({ ...asData(component), ...one }))));
    else stdout.write(excerpts.map((excerpt) => renderOptions(excerpt, columns)).join("\n"));
  } else if (given.json) stdout.write(formatJson(components.map(asData)));
  else if (positional.length === 0) stdout.write(renderList(components));
  else stdout.write(components.map((component) => renderComponent(component, columns)).join("\n"));
  return EXIT.ok;
}

interface SearchOptions {
  readonly signal: AbortSignal;
  readonly asJson: boolean;
}

async function showFound(context: CommandContext, text: string, { signal, asJson }: SearchOptions): Promise<number> {
  const { stdout } = context.host;
  const everything = { kind: undefined, type: undefined };
  const components = await withPluginRoom(context.host, signal, (room) => findComponents(room, everything));
  const found = await search(components, text);
  if (asJson) stdout.write(formatJson(found));
  else if (found.length > 0) stdout.write(renderFound(found, width(context)));
  else stdout.write(`Nothing is named or described by "${text}".\n`);
  return exitCode(found.length > 0);
}

const isComponent = (type: string): boolean => KINDS.some((kind) => registry.types(kind).includes(type));

function optionsOf(components: readonly Component[], words: readonly string[]): readonly Excerpt[] {
  const excerpts = components.map((component) => findOptions(component, words));
  const found = excerpts.filter(({ options }) => options.length > 0);
  if (found.length > 0) return found;
  const name = words.join(".");
  const { type } = components[0]!;
  const known = components.flatMap(({ schema }) => optionNames(describeSchema(schema)));
  throw new UsageError(
    `${type} has no option "${name}".${didYouMean(name, known)}\nAll of them:\n    imgbuild docs ${type}`,
  );
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

async function findComponents(room: PluginRoom, { kind, type }: Wanted): Promise<readonly Component[]> {
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
  const ways = `All of them:\n    imgbuild docs\nWhat there is about it:\n    imgbuild docs -search ${shellQuote(type)}`;
  return new UsageError(`There is no ${kind ?? "component"} "${type}".${hint}\n${ways}`);
}

/** `[KIND] TYPE [OPTION…]`. A kind alone is the name of a type. */
function readWords([first, ...others]: readonly string[]): Wanted & { readonly options: readonly string[] } {
  const kind = others.length > 0 ? kindNamed(first!) : undefined;
  if (kind === undefined) return { kind, type: first, options: others };
  const [type, ...options] = others;
  return { kind, type, options };
}

function kindNamed(name: string): ComponentKind | undefined {
  return KINDS.find((one) => one === name || `${one}s` === name || (one === "data-source" && name === "data"));
}
