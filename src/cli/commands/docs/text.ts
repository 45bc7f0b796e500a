import type { Component, ComponentKind } from "../../../sdk/component.ts";
import { describeSchema, type OptionDescription } from "../../../sdk/schema/describe.ts";

const TITLES: { readonly [Kind in ComponentKind]: string } = {
  builder: "Builders",
  provisioner: "Provisioners",
  "post-processor": "Post-processors",
  "data-source": "Data sources",
};

/** All components by kind, one line each. */
export function renderList(components: readonly Component[]): string {
  const width = Math.max(...components.map(({ type }) => type.length));
  const kinds = Object.entries(TITLES).map(([kind, title]) => {
    const lines = components
      .filter((component) => component.kind === kind)
      .map(({ type, summary }) => `  ${type.padEnd(width)}  ${summary}\n`);
    return `${title}:\n${lines.join("")}`;
  });
  return `${kinds.join("\n")}\nOptions of one:\n    imgbuild docs TYPE\n`;
}

/** The options table of one component, required options first, old names last. */
export function renderComponent({ kind, type, summary, schema }: Component, width: number): string {
  const options = describeSchema(schema);
  const present = options.filter(({ deprecated }) => deprecated === undefined);
  const old = options.filter(({ deprecated }) => deprecated !== undefined);
  const parts = [
    `${kind.replace("-", " ")} ${type}\n\n${fill(summary, "", width)}`,
    section(
      "Required",
      present.filter(({ required }) => required),
      width,
    ),
    section(
      "Optional",
      present.filter(({ required }) => !required),
      width,
    ),
    old.length === 0 ? "" : `Deprecated:\n${old.map(({ name, deprecated }) => `  ${name}: ${deprecated}\n`).join("")}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}${parts.at(-1) === "" ? "\n" : ""}`;
}

function section(title: string, options: readonly OptionDescription[], width: number): string {
  return options.length === 0
    ? ""
    : `${title}:\n\n${options.map((option) => renderOption(option, "  ", width)).join("\n\n")}`;
}

function renderOption(option: OptionDescription, indent: string, width: number): string {
  const marks = [
    option.type,
    ...(option.default === undefined ? [] : [`default ${option.default.replaceAll("`", "")}`]),
    ...(option.sensitive ? ["sensitive"] : []),
  ];
  const head = `${indent}${option.name}  (${marks.join(", ")})`;
  const text =
    option.description === "" ? "" : `\n${fill(option.description.replaceAll("`", ""), `${indent}    `, width)}`;
  const nested = (option.nested ?? []).map((inner) => `\n\n${renderOption(inner, `${indent}    `, width)}`).join("");
  return `${head}${text}${nested}`;
}

function fill(text: string, indent: string, width: number): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    const joined = line === indent ? `${indent}${word}` : `${line} ${word}`;
    if (joined.length > width && line !== indent) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = joined;
  }
  return [...lines, line].join("\n");
}
