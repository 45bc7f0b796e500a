import { describe, expect, expectTypeOf, it } from "vitest";
import { decode } from "../../../src/sdk/schema/decode.ts";
import { choice, duration, integer, list, text } from "../../../src/sdk/schema/field.ts";
import { atMostOne, error, exactlyOne, portRange, requires, rule } from "../../../src/sdk/schema/rules.ts";
import { defineSchema, type Schema } from "../../../src/sdk/schema/schema.ts";
import { simpleEngine } from "../../helper/decode-config.ts";

const fields = {
  name: text("A name."),
  size: integer("A size.").optional(),
  kind: choice(["small", "large"], "A kind.").default("small"),
  wait: duration("A duration.").default(0),
  tags: list(text("A tag."), "Tags.").optional(),
  port_min: integer("Lowest port.").default(1000),
  port_max: integer("Highest port.").default(2000),
};

const issues = (schema: Schema<unknown>, input: Record<string, unknown>) =>
  decode(schema, input, { ...simpleEngine, weak: false }).issues.map(
    ({ path, detail }) => `${path.join(".")}: ${detail}`,
  );

describe("rule", () => {
  it("checks decoded arguments", () => {
    const schema = defineSchema(fields, {
      rules: [
        rule(fields, ["kind", "size"], ({ kind, size = 0 }) =>
          kind === "small" && size > 9 ? [error("too-large", ["size"], "Too large", `${size} is not small.`)] : [],
        ),
      ],
    });
    expect(issues(schema, { name: "n", size: "10" })).toEqual(["size: 10 is not small."]);
    expect(issues(schema, { name: "n", size: "10", kind: "large" })).toEqual([]);
  });

  it("gives its check the types of the fields", () => {
    rule(fields, ["name", "size", "kind", "wait", "tags"], (args) => {
      expectTypeOf(args).toEqualTypeOf<{
        readonly name: string;
        readonly size: number | undefined;
        readonly kind: "small" | "large";
        readonly wait: number;
        readonly tags: string[] | undefined;
      }>();
      return [];
    });
  });
});

describe("the compiler", () => {
  it("refuses a rule over an argument that its fields lack", () => {
    // @ts-expect-error "renamed" is no field.
    rule(fields, ["name", "renamed"], () => []);
  });

  it("refuses a check of an argument that the rule does not name", () => {
    // @ts-expect-error "size" is not among the names.
    rule(fields, ["name"], ({ size }) => (size ? [] : []));
    // @ts-expect-error "size" is not among the names.
    rule(fields, ["name"], ({ size }: { readonly size: number | undefined }) => (size ? [] : []));
  });

  it("refuses a check that takes an argument for another type", () => {
    // @ts-expect-error a name is text.
    rule(fields, ["name"], ({ name }: { readonly name: number }) => (name > 1 ? [] : []));
    // @ts-expect-error "size" may be absent.
    rule(fields, ["size"], ({ size }) => (size > 1 ? [] : []));
    // @ts-expect-error there is no kind "medium".
    rule(fields, ["kind"], ({ kind }) => (kind === "medium" ? [] : []));
  });

  it("refuses a schema whose rules are about arguments it lacks", () => {
    const { name } = fields;
    // @ts-expect-error "size" is no argument of this schema.
    defineSchema({ name }, { rules: [rule(fields, ["name", "size"], () => [])] });
    // @ts-expect-error "renamed" is no argument of this schema.
    defineSchema({ name }, { rules: [exactlyOne("name", "renamed")] });
    // @ts-expect-error "renamed" is no argument of this schema.
    defineSchema({ name }, { rules: [atMostOne("name", "renamed")] });
    // @ts-expect-error "renamed" is no argument of this schema.
    defineSchema({ name }, { rules: [requires("name", "renamed")] });
    // @ts-expect-error "port_min" is no argument of this schema.
    defineSchema({ name }, { rules: [portRange("port_min", "port_max")] });
  });

  it("refuses a schema whose argument has another type than the rule was written for", () => {
    const name = integer("A number.");
    // @ts-expect-error the rule expects text.
    defineSchema({ name }, { rules: [rule(fields, ["name"], () => [])] });
    // @ts-expect-error a port is a number.
    defineSchema({ name, port_max: text("Text.") }, { rules: [portRange("name", "port_max")] });
  });

  it("accepts rules about some of the arguments, written for the same fields elsewhere", () => {
    const more = { ...fields, other: text("Another.") };
    const rules = [atMostOne("name", "size"), rule(fields, ["name", "kind"], () => [])];
    expect(defineSchema(more, { rules }).rules).toEqual(rules);
  });
});

describe("portRange", () => {
  it("refuses a first port above the last", () => {
    const schema = defineSchema(fields, { rules: [portRange("port_min", "port_max")] });
    expect(issues(schema, { name: "n", port_max: 900 })).toEqual([
      "port_min: port_min (1000) is above port_max (900).",
    ]);
    expect(issues(schema, { name: "n" })).toEqual([]);
  });
});

describe("requires", () => {
  it("asks for the second argument where the first is given", () => {
    const schema = defineSchema(fields, { rules: [requires("size", "tags")] });
    expect(issues(schema, { name: "n", size: 1 })).toEqual(['size: "size" needs "tags" to be set as well.']);
    expect(issues(schema, { name: "n", size: 1, tags: [] })).toEqual(['size: "size" needs "tags" to be set as well.']);
    expect(issues(schema, { name: "n", tags: ["t"] })).toEqual([]);
  });
});
