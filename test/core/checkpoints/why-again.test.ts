import { describe, expect, it } from "vitest";
import type { KeyedStep } from "../../../src/core/checkpoints/key-chain.ts";
import { currentValues } from "../../../src/core/checkpoints/named-values.ts";
import type { CheckpointRecord } from "../../../src/core/checkpoints/record.ts";
import { whyAgain } from "../../../src/core/checkpoints/why-again.ts";
import { mark } from "../../../src/language/marks.ts";
import { boolValue, listValue, STRING, stringValue, type Value } from "../../../src/language/value.ts";

type Values = Readonly<Record<string, Value>>;

const digest = (value: unknown): string => `digest of ${JSON.stringify(value)}`;

function valuesOf(variables: Values, locals: Values = {}) {
  const named = (values: Values) =>
    Object.entries(values).map(([name, value]) => ({ name, value, sensitive: name === "secret" }));
  return currentValues({ variables: named(variables) as never, locals: named(locals) }, digest);
}

function stepOf(inputs: Readonly<Record<string, unknown>>): KeyedStep {
  const digests = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, digest(value)]));
  return { key: "k", parent: "p", name: "shell", inputs: digests, values: inputs, runsAlways: undefined };
}

interface Change {
  readonly was: readonly [inputs: Readonly<Record<string, unknown>>, variables: Values, locals?: Values];
  readonly is: readonly [inputs: Readonly<Record<string, unknown>>, variables: Values, locals?: Values];
}

function why({ was, is }: Change): string | undefined {
  const { inputs, parent, name } = stepOf(was[0]);
  const { named } = valuesOf(was[1], was[2]);
  const stored = { step: 1, parent, name, inputs, values: named, createdAt: 1 } as unknown as CheckpointRecord;
  const record = JSON.parse(JSON.stringify(stored)) as CheckpointRecord;
  return whyAgain(stepOf(is[0]), 1, { records: [record], values: valuesOf(is[1], is[2]) });
}

describe("why a step runs again", () => {
  it("names the variable behind a changed argument, with both values", () => {
    const text = why({
      was: [{ "argument inline": ["apt-get install nginx-1.22"] }, { version: stringValue("1.22") }],
      is: [{ "argument inline": ["apt-get install nginx-1.24"] }, { version: stringValue("1.24") }],
    });
    expect(text).toBe('argument inline changed (var.version was "1.22" and is "1.24")');
  });

  it("names the one that the argument holds, of several that changed, and locals too", () => {
    const text = why({
      was: [
        { "argument inline": ["one"] },
        { other: stringValue("aaaa") },
        { list: listValue(STRING, [stringValue("one")]) },
      ],
      is: [
        { "argument inline": ["three"] },
        { other: stringValue("bbbb") },
        { list: listValue(STRING, [stringValue("three")]) },
      ],
    });
    expect(text).toBe('argument inline changed (local.list was ["one"] and is ["three"])');
  });

  it("says perhaps where the argument does not show it", () => {
    const text = why({
      was: [{ "argument inline": ["small"] }, { big: boolValue(false) }],
      is: [{ "argument inline": ["large"] }, { big: boolValue(true) }],
    });
    expect(text).toBe("argument inline changed (perhaps by var.big was false and is true)");
  });

  it("shows and keeps no value of a secret", () => {
    const was = { secret: stringValue("hunter2"), derived: mark(stringValue("x-hunter2")) };
    const is = { secret: stringValue("hunter3"), derived: mark(stringValue("x-hunter3")) };
    const text = why({
      was: [{ "argument inline": ["x-hunter2"] }, was],
      is: [{ "argument inline": ["x-hunter3"] }, is],
    });
    expect(text).toBe("argument inline changed (var.secret, var.derived)");
    const { named } = currentValues(
      { variables: [{ name: "secret", value: was.secret, sensitive: true }] as never, locals: [] },
      () => "digest",
    );
    expect(JSON.stringify(named)).not.toContain("hunter2");
  });

  it("names no variable for a file that has changed, nor where none has", () => {
    const variables = { version: stringValue("1.22") };
    expect(why({ was: [{ "argument inline": ["a"] }, variables], is: [{ "argument inline": ["b"] }, variables] })).toBe(
      "argument inline changed",
    );
    const changed = { version: stringValue("1.24") };
    expect(why({ was: [{ "file a.sh": 1 }, variables], is: [{ "file a.sh": 2 }, changed] })).toBe("file a.sh changed");
  });

  it("says what is new at each run", () => {
    const stamp = new Date().toISOString();
    const text = why({
      was: [{ "argument inline": ["echo 2001"] }, {}, { stamp: stringValue("2001-01-01T00:00:00Z") }],
      is: [{ "argument inline": [`echo ${stamp}`] }, {}, { stamp: stringValue(stamp) }],
    });
    expect(text).toContain("argument inline (it holds today's time) changed (local.stamp was ");
  });
});
