import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { registry } from "../../../../src/registry.ts";
import type { Component, ComponentKind } from "../../../../src/sdk/component.ts";
import type { FieldKind } from "../../../../src/sdk/schema/field.ts";
import { describeSchema, type OptionDescription } from "../../../../src/cli/commands/docs/describe.ts";
import { decode } from "../../../../src/sdk/schema/decode.ts";
import { renderSimply } from "../../../helper/decode-config.ts";

type PackerKind = "text" | "number" | "flag" | "list" | "map" | "block" | "blocks";

/**
 * Component → option → kind: the specification that packer-plugin-amazon 1.8 gives of itself, where `a.b` is `b` in the block
 * `a`. What belongs to the communicator is left out.
 */
const path = resolve("test/fixture/amazon/packer-options.json");
const reference = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, PackerKind>>;

/** Which of our kinds take what Packer's do. */
const TAKES: Readonly<Record<PackerKind, readonly FieldKind[]>> = {
  text: ["text", "late", "choice", "duration"],
  number: ["integer", "number"],
  flag: ["flag"],
  list: ["list"],
  map: ["map"],
  block: ["block"],
  blocks: ["blocks", "block"],
};

async function load(name: string): Promise<Component> {
  const [kind, type] = name.split(" ") as [ComponentKind, string];
  return (await registry.load(kind, type)) as Component;
}

function flatten(options: readonly OptionDescription[], prefix = ""): readonly (readonly [string, FieldKind])[] {
  return options.flatMap(({ name, kind, nested = [] }) => [
    [`${prefix}${name}`, kind] as const,
    ...flatten(nested, `${prefix}${name}.`),
  ]);
}

describe.each(Object.entries(reference))("%s", (name, expected) => {
  it("takes every option of Packer's, as what it is there", async () => {
    const { schema } = await load(name);
    const ours = new Map(flatten(describeSchema(schema)));
    for (const [old, present] of Object.entries(schema.renamed)) ours.set(old, ours.get(present)!);
    const wrong = Object.entries(expected).filter(([option, kind]) => !TAKES[kind].includes(ours.get(option)!));
    expect(wrong).toEqual([]);
  });

  it("takes an empty text or a zero for not given, in every block (A-04)", async () => {
    const { schema } = await load(name);
    const failures = flatten(describeSchema(schema))
      .filter(([option]) => option.includes(".") && !option.includes("pair"))
      .flatMap(([option, kind]) => complaints(option, kind, schema));
    expect(failures).toEqual([]);
  });
});

const IDLE: Partial<Record<FieldKind, unknown>> = {
  text: "",
  late: "",
  choice: "",
  duration: "",
  integer: 0,
  number: 0,
};

/** What decoding says of the option itself when it is given as a Go zero value, where it may be left out. */
function complaints(option: string, kind: FieldKind, schema: Component["schema"]): readonly string[] {
  if (!(kind in IDLE)) return [];
  const parts = option.split(".");
  const nested = (value: unknown) => parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
  const issuesOf = (value: unknown) => {
    const { issues } = decode(schema, nested(value) as Record<string, unknown>, {
      render: renderSimply,
      unknownNames: () => [],
      weak: false,
    });
    const own = issues.filter(({ path: at }) => at.filter((part) => typeof part === "string").join(".") === option);
    return own.map(({ severity, code }) => `${severity} ${code}`);
  };
  const isRequired = issuesOf(undefined).length > 0;
  if (isRequired) return [];
  return issuesOf(IDLE[kind]).map((issue) => `${option}: ${issue}`);
}
