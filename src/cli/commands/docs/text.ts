import type { Component, ComponentKind } from "../../../sdk/component.ts";
import type { Excerpt } from "./find-options.ts";
import { groupOptions, type OptionGroup } from "./groups.ts";
import type { Found } from "./search.ts";
import { describeSchema, type OptionDescription } from "./describe.ts";

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
  return `${kinds.join("\n")}\nOptions of one, and one option:\n    imgbuild docs TYPE [OPTION]\nFunctions:\n    imgbuild docs function [NAME]\n`;
}

/** The options table of one component, required options first, old names last. */
export function renderComponent({ kind, type, summary, schema }: Component, width: number): string {
  const options = describeSchema(schema);
  const present = options.filter(({ deprecated }) => deprecated === undefined);
  const required = present.filter((option) => option.required);
  const optional = present.filter((option) => !option.required);
  const parts = [`${kind.replace("-", " ")} ${type}\n\n${fill(summary, "", width)}`];
  if (required.length > 0) parts.push(section("Required", required, width));
  const groups = optional.length === 0 ? [] : groupOptions(optional);
  if (groups.length > 1) parts.splice(1, 0, fill(groupList(type, groups), "", width));
  parts.push(...groups.map((group) => section(titleOf(group), group.options, width)));
  const old = options.filter(({ deprecated }) => deprecated !== undefined);
  const oldLines = old.map(({ name, deprecated }) => `  ${name}: ${deprecated}\n`);
  if (old.length > 0) return `${parts.join("\n\n")}\n\nDeprecated:\n${oldLines.join("")}`;
  return `${parts.join("\n\n")}\n`;
}

/** The options asked for, whole, with what is in their blocks. */
export function renderOptions({ component, options }: Excerpt, width: number): string {
  const { kind, type } = component;
  const heading = `${kind.replace("-", " ")} ${type}`;
  const rendered = options.map((option) => renderOption(option, "  ", width));
  return `${[heading, ...rendered].join("\n\n")}\n`;
}

/** What a search found: what to type, and the first sentence about it. */
export function renderFound(found: readonly Found[], width: number): string {
  return found
    .map(({ show, description }) => {
      const [sentence = ""] = description.split(/(?<=\.)\s/, 1);
      return `${show}\n${fill(withoutBackticks(sentence), "    ", width)}\n`;
    })
    .join("");
}

function groupList(type: string, groups: readonly OptionGroup[]): string {
  const [largest] = groups.filter(({ prefix }) => prefix !== "").sort((a, b) => b.options.length - a.options.length);
  const prefixes = groups.flatMap(({ prefix, options }) => (prefix === "" ? [] : [`${prefix} (${options.length})`]));
  return `Groups: ${prefixes.join(", ")}. One of them, or one option: imgbuild docs ${type} ${largest!.prefix}`;
}

const titleOf = ({ prefix }: OptionGroup): string => (prefix === "" ? "Optional" : `Optional, ${prefix}…`);

function section(title: string, options: readonly OptionDescription[], width: number): string {
  const rendered = options.map((option) => renderOption(option, "  ", width));
  return [`${title}:`, ...rendered].join("\n\n");
}

function renderOption(option: OptionDescription, indent: string, width: number): string {
  const { name, description, deprecated, nested = [] } = option;
  if (deprecated !== undefined) return `${indent}${name}  (deprecated: ${withoutBackticks(deprecated)})`;
  const inner = `${indent}    `;
  const lines = [`${indent}${name}  (${marksOf(option).join(", ")})`];
  if (description !== "") lines.push(fill(withoutBackticks(description), inner, width));
  const innerOptions = nested.map((innerOption) => renderOption(innerOption, inner, width));
  return [lines.join("\n"), ...innerOptions].join("\n\n");
}

function marksOf({ type, default: preset, sensitive }: OptionDescription): readonly string[] {
  const marks = [type];
  if (preset !== undefined) marks.push(`default ${withoutBackticks(preset)}`);
  if (sensitive) marks.push("sensitive");
  return marks;
}

const withoutBackticks = (text: string): string => text.replaceAll("`", "");

/** Breaks a text into indented lines of at most `width`. */
function fill(text: string, indent: string, width: number): string {
  const [first = "", ...words] = text.split(/\s+/);
  const lines: string[] = [];
  let line = `${indent}${first}`;
  for (const word of words) {
    const joined = `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    lines.push(line);
    line = `${indent}${word}`;
  }
  return [...lines, line].join("\n");
}
