import { describe, expect, it } from "vitest";
import type { LateTemplate } from "../../../src/sdk/late-template.ts";
import { decode } from "../../../src/sdk/schema/decode.ts";
import { UNKNOWN_ARGUMENT } from "../../../src/sdk/schema/decode-state.ts";
import {
  block,
  blocks,
  choice,
  deprecated,
  duration,
  flag,
  integer,
  keepsEmpty,
  late,
  lateWithDefault,
  list,
  map,
  sensitive,
  text,
} from "../../../src/sdk/schema/field.ts";
import { atMostOne, error, exactlyOne, rule } from "../../../src/sdk/schema/rules.ts";
import { defineSchema, type Schema } from "../../../src/sdk/schema/schema.ts";
import { simpleEngine } from "../../helper/decode-config.ts";

const read = (schema: Schema<unknown>, input: Record<string, unknown>, weak = false) =>
  decode(schema, input, { ...simpleEngine, weak });
const messages = (schema: Schema<unknown>, input: Record<string, unknown>, weak = false) =>
  read(schema, input, weak).issues.map(({ path, detail }) => `${path.join(".")}: ${detail}`);

describe("rules of a configuration with errors", () => {
  const fields = { name: text("A name."), low: integer("Low.").default(1), high: integer("High.").default(9) };
  const schema = defineSchema(fields, {
    rules: [
      rule(fields, ["low", "high"], ({ low, high }) =>
        low <= high ? [] : [error("invalid-argument", ["low"], "", `${low} > ${high}`)],
      ),
    ],
  });

  it("see the defaults of what is not given", () => {
    expect(read(schema, {}).issues.map(({ code }) => code)).toEqual(["missing-argument"]);
    expect(messages(schema, { low: 10 })).toContain("low: 10 > 9");
  });

  it("see the defaults inside nested blocks too", () => {
    const outer = defineSchema({ name: text("A name."), range: block(schema, "A range.").optional() });
    expect(messages(outer, { range: { name: "r", low: 10 } })).toContain("range.low: 10 > 9");
  });

  it("are given the arguments they name and no others", () => {
    const seen: string[][] = [];
    const watched = rule(fields, ["high"], (args) => {
      seen.push(Object.keys(args));
      return [];
    });
    read(defineSchema(fields, { rules: [watched] }), { name: "n", low: 1 });
    expect(seen).toEqual([["high"]]);
  });

  it("are left out where one of their arguments is wrong", () => {
    expect(messages(schema, { name: "n", low: 10, high: "many" })).toEqual([
      'high: Inappropriate value for "high": a whole number is required, not "many".',
    ]);
  });
});

describe("conversions between primitive types", () => {
  const schema = defineSchema({
    name: text("A name.").optional(),
    count: integer("A count.").optional(),
    on: flag("A flag.").optional(),
    wait: duration("A duration.").optional(),
    kind: choice(["a", "b"], "A kind.").optional(),
  });

  it.each([
    [{ name: 5 }, { name: "5" }],
    [{ name: true }, { name: "true" }],
    [{ count: "12" }, { count: 12 }],
    [{ on: "true" }, { on: true }],
    [{ wait: "1h30m" }, { wait: 5_400_000 }],
    [{ wait: 0 }, { wait: 0 }],
    [{ name: null }, {}],
  ])("%j becomes %j", (input, config) => expect(read(schema, input).config).toEqual(config));

  it.each([
    [{ count: "many" }, 'count: Inappropriate value for "count": a whole number is required, not "many".'],
    [
      { wait: 5 },
      'wait: Inappropriate value for "wait": a duration such as "30s", "5m" or "1h30m" is required, not "5". For seconds, write "5s".',
    ],
    [{ kind: "c" }, 'kind: Inappropriate value for "kind": it must be one of "a", "b", not "c".'],
    [{ nmae: "x" }, 'nmae: An argument named "nmae" is not expected here. Did you mean "name"?'],
  ])("%j is refused", (input, message) => expect(messages(schema, input)).toEqual([message]));
});

describe("legacy JSON templates", () => {
  const schema = defineSchema({
    names: list(text("A name."), "Names.").default([]),
    count: integer("A count.").default(3),
    user: text("A user.").default("root"),
    file: keepsEmpty(text("A file.")).default("x"),
  });

  it("may write a list as text with commas", () =>
    expect(read(schema, { names: "a, b" }, true).config).toMatchObject({ names: ["a", "b"] }));
  it("leave an argument unset with an empty text", () =>
    expect(read(schema, { count: "", user: "" }, true).config).toMatchObject({ count: 3, user: "root" }));
  it("are told when what is required is empty", () =>
    expect(messages(defineSchema({ name: text("A name.") }), { name: "" }, true)).toEqual([
      'name: The argument "name" is required, and what it is given is empty.',
    ]));
  it("are told that it is empty also where a template makes it so", () => {
    const schema = defineSchema({ name: text("A name.") });
    const { issues } = decode(schema, { name: "{{ user `name` }}" }, { ...simpleEngine, render: () => "", weak: true });
    expect(issues).toMatchObject([{ code: "empty-argument", path: ["name"] }]);
  });
  it("keep an empty text where it means something, and in lists", () =>
    expect(read(schema, { file: "", names: ["", "b"] }, true).config).toMatchObject({ file: "", names: ["", "b"] }));
});

describe("an empty text", () => {
  const schema = defineSchema({
    user: text("A user.").default("root"),
    command: lateWithDefault([], "run", "A command."),
    kind: choice(["a", "b"], "A kind.").default("a"),
    wait: duration("A time.").default(5),
    file: keepsEmpty(text("A file.")).default("x"),
    count: integer("A count.").default(3),
    names: list(text("A name."), "Names.").default([]),
  });

  it("is an argument that is not given, in HCL2 as in Packer", () => {
    const { config } = read(schema, { user: "", command: "", kind: "", wait: "" });
    expect(config).toMatchObject({ user: "root", kind: "a", wait: 5 });
    expect((config as { command: LateTemplate }).command.text).toBe("run");
  });
  it("stays where it means something, and in lists", () =>
    expect(read(schema, { file: "", names: [""] }).config).toMatchObject({ file: "", names: [""] }));
  it("is no number", () =>
    expect(messages(schema, { count: "" })).toEqual([
      'count: Inappropriate value for "count": a whole number is required, not "".',
    ]));
  it("is said to be empty where something is required", () =>
    expect(messages(defineSchema({ name: text("A name.") }), { name: "" })).toEqual([
      'name: The argument "name" is required, and what it is given is empty.',
    ]));
});

describe("late templates", () => {
  const schema = defineSchema({
    command: lateWithDefault(["Path"], "run {{.Path}}", "A command."),
    keys: list(late(["HTTPIP"], "Keys."), "Keys to type.").default([]),
    now: text("Rendered at once.").optional(),
  });

  it("wait for their values, ordinary text does not", () => {
    const config = read(schema, { keys: ["http://{{.HTTPIP}}"], now: "{{.Missing}}" }).config as {
      command: LateTemplate;
      keys: LateTemplate[];
      now: string;
    };
    expect(config.keys[0]!.render({ HTTPIP: "10.0.2.2" })).toBe("http://10.0.2.2");
    expect(config.command.render({ Path: "/x" })).toBe("run /x");
    expect(config.now).toBe("undefined");
  });
});

describe("nested blocks", () => {
  const inner = defineSchema(
    { key: text("A key."), a: flag("A.").optional(), b: flag("B.").optional() },
    { rules: [atMostOne("a", "b")] },
  );
  const schema = defineSchema({ one: block(inner, "One.").optional(), many: blocks(inner, "Many.").default([]) });

  it("may be a list of one, or an object", () => {
    expect(read(schema, { one: [{ key: "x" }], many: { key: "y" } }).config).toEqual({
      one: { key: "x" },
      many: [{ key: "y" }],
    });
  });
  it("are checked by their own rules, at their own place", () => {
    expect(messages(schema, { many: [{ key: "x" }, { key: "y", a: true, b: true }] })).toEqual([
      'many.1.b: Only one of "a", "b" may be set, and "a" is set already. Remove one of them.',
    ]);
    expect(messages(schema, { one: { keey: "x" } })).toEqual([
      'one.keey: An argument named "keey" is not expected here. Did you mean "key"?',
    ]);
  });
});

describe("values that are not known yet", () => {
  const schema = defineSchema(
    { a: text("A.").optional(), b: text("B.").optional(), c: integer("C.") },
    { rules: [exactlyOne("a", "b")] },
  );

  it("put off the checks that need them, and only those", () => {
    expect(read(schema, { a: UNKNOWN_ARGUMENT, c: 1 })).toEqual({ config: undefined, issues: [] });
    expect(messages(schema, { a: UNKNOWN_ARGUMENT, c: "x" })).toEqual([
      'c: Inappropriate value for "c": a whole number is required, not "x".',
    ]);
  });
});

describe("old names", () => {
  const schema = defineSchema(
    { host_port: integer("A port.").optional(), old: deprecated(text("Old.").optional(), "use host_port") },
    { renamed: { ssh_host_port: "host_port" } },
  );

  it("work, each with one warning that names the present one", () => {
    const { config, issues } = read(schema, { ssh_host_port: "22" });
    expect(config).toEqual({ host_port: 22 });
    expect(issues).toMatchObject([{ severity: "warning", detail: '"ssh_host_port" is deprecated; use "host_port".' }]);
  });
  it("are known to be deprecated where they still have a meaning of their own", () =>
    expect(messages(schema, { old: "x" })).toEqual(['old: "old" is deprecated; use host_port.']));
});

it("never shows a sensitive value", () => {
  const schema = defineSchema({
    tokens: map(integer("N."), "M.").optional(),
    password: sensitive(choice(["x"], "P.")),
  });
  expect(messages(schema, { password: "hunter2" }).join()).not.toContain("hunter2");
});
