import { didYouMean } from "../../../lib/did-you-mean.ts";
import { registry } from "../../../registry.ts";
import type { Component, ComponentKind } from "../../../sdk/component.ts";
import { describeSchema } from "../../../sdk/schema/describe.ts";
import { booleanFlag, defineCommand, EXIT, type CommandContext } from "../../command.ts";
import { UsageError } from "../../usage-error.ts";
import { renderComponent, renderList } from "./text.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

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
  flags: {
    json: booleanFlag("The same as JSON, for programs."),
    "json-schema": booleanFlag("JSON Schema of .pkr.json templates with all components."),
  },
  run: async (context, { positional, flags }) => {
    const { stdout } = context.host;
    if (flags["json-schema"]) {
      const { templateSchema } = await import("./template-schema.ts");
      stdout.write(formatJson(await templateSchema(registry)));
      return EXIT.ok;
    }
    const components = await findComponents(positional);
    if (flags.json) stdout.write(formatJson(components.map(asData)));
    else if (positional.length === 0) stdout.write(renderList(components));
    else stdout.write(components.map((component) => renderComponent(component, width(context))).join("\n"));
    return EXIT.ok;
  },
});

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

async function findComponents(words: readonly string[]): Promise<readonly Component[]> {
  const { kind, type } = readWords(words);
  const kinds = kind ? [kind] : KINDS;
  const known = kinds.flatMap((one) => registry.types(one).map((name) => ({ kind: one, name })));
  const wanted = known.filter(({ name }) => type === undefined || name === type);
  if (wanted.length === 0) {
    const names = known.map(({ name }) => name);
    const hint = didYouMean(type!, names);
    throw new UsageError(`There is no ${kind ?? "component"} "${type}".${hint}\nAll of them:\n    imgbuild docs`);
  }
  return Promise.all(wanted.map((one) => registry.load(one.kind, one.name) as Promise<Component>));
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
