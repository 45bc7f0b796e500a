import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { registry } from "../src/registry.ts";
import type { Component, ComponentKind } from "../src/sdk/component.ts";
import { describeSchema, type OptionDescription } from "../src/cli/commands/docs/describe.ts";

/**
 * Writes `docs/reference`: a page for each component and a list of them, from the schemas that decode templates.
 * `npx tsx tools/gen-docs.ts DIRECTORY` writes elsewhere (a test compares that with what is committed).
 */
const directory = process.argv[2] ?? "docs/reference";

const KINDS: readonly (readonly [ComponentKind, string])[] = [
  ["builder", "Builders"],
  ["provisioner", "Provisioners"],
  ["post-processor", "Post-processors"],
  ["data-source", "Data sources"],
];

const NOTE = "<!-- Generated from the schemas by `make docs`. Do not edit. -->\n";

await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
const sections: string[] = [];
for (const [kind, title] of KINDS) {
  const rows: string[] = [];
  for (const type of [...registry.types(kind)].sort()) {
    const component = (await registry.load(kind, type)) as Component;
    const file = `${kind}-${type}.md`;
    await writeFile(join(directory, file), page(component));
    rows.push(`| [${type}](${file}) | ${component.summary} |`);
  }
  sections.push(`## ${title}\n\n| type | |\n|---|---|\n${rows.join("\n")}\n`);
}
await writeFile(join(directory, "README.md"), `${NOTE}\n# Components\n\n${sections.join("\n")}`);

function page(component: Component): string {
  const options = describeSchema(component.schema);
  const groups = [
    ["Required", options.filter((option) => option.required)],
    ["Optional", options.filter((option) => !option.required)],
  ] as const;
  const tables = groups.filter(([, list]) => list.length > 0).map(([title, list]) => `## ${title}\n\n${table(list)}`);
  const nested = options.flatMap((option) => nestedTables(option, option.name));
  return `${NOTE}\n# ${component.kind} \`${component.type}\`\n\n${component.summary}\n\n${[...tables, ...nested].join("\n")}`;
}

function table(options: readonly OptionDescription[]): string {
  return `| option | type | default | |\n|---|---|---|---|\n${options.map(row).join("\n")}\n`;
}

function row(option: OptionDescription): string {
  const marks = [
    option.sensitive ? "*Sensitive.*" : "",
    option.deprecated ? `*Deprecated: ${option.deprecated}.*` : "",
    option.nested ? `See [below](#${anchor(option.name)}).` : "",
  ];
  const text = [option.description, ...marks].filter((part) => part !== "").join(" ");
  return `| \`${option.name}\` | ${cell(option.type)} | ${option.default === undefined ? "" : cell(option.default)} | ${cell(text)} |`;
}

function nestedTables(option: OptionDescription, path: string): string[] {
  if (!option.nested) return [];
  const deeper = option.nested.flatMap((inner) => nestedTables(inner, `${path}.${inner.name}`));
  return [`## ${path}\n\n${option.description}\n\n${table(option.nested)}`, ...deeper];
}

function anchor(name: string): string {
  return name.toLowerCase();
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
