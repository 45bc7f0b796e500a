import { didYouMean } from "../../../lib/did-you-mean.ts";
import { registry } from "../../../registry.ts";
import type { Component, ComponentKind } from "../../../sdk/component.ts";
import { describeSchema } from "../../../sdk/schema/describe.ts";
import { booleanFlag, defineCommand, EXIT, type CommandContext } from "../../command.ts";
import { renderComponent, renderList } from "./text.ts";
import { UsageError } from "../../usage-error.ts";

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
      stdout.write(`${JSON.stringify(await templateSchema(registry), undefined, 2)}\n`);
      return EXIT.ok;
    }
    const components = await find(positional);
    if (flags.json) stdout.write(`${JSON.stringify(components.map(asData), undefined, 2)}\n`);
    else
      stdout.write(
        positional.length === 0
          ? renderList(components)
          : components.map((one) => renderComponent(one, width(context))).join("\n"),
      );
    return EXIT.ok;
  },
});

const width = ({ host }: CommandContext): number => Math.min(host.stdout.columns || 100, 120);

function asData({ kind, type, summary, schema }: Component): object {
  return { kind, type, summary, options: describeSchema(schema) };
}

async function find(words: readonly string[]): Promise<readonly Component[]> {
  if (words.length > 2) throw new UsageError("docs takes a type, or a kind and a type");
  const [kind, type] = words.length === 2 ? [kindNamed(words[0]!), words[1]!] : [undefined, words[0]];
  const kinds = kind === undefined ? KINDS : [kind];
  const names = kinds.flatMap((one) => registry.types(one).map((name) => [one, name] as const));
  const wanted = type === undefined ? names : names.filter(([, name]) => name === type);
  if (wanted.length === 0) {
    throw new UsageError(
      `There is no ${kind ?? "component"} "${type}".${didYouMean(
        type!,
        names.map(([, name]) => name),
      )}\nAll of them:\n    imgbuild docs`,
    );
  }
  const loaded = await Promise.all(wanted.map(([one, name]) => registry.load(one, name) as Promise<Component>));
  return loaded;
}

function kindNamed(name: string): ComponentKind {
  const kind = KINDS.find((one) => one === name || `${one}s` === name || (one === "data-source" && name === "data"));
  if (kind) return kind;
  throw new UsageError(`There is no kind "${name}"; there are ${KINDS.join(", ")}`);
}
