import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { booleanFlag, defineCommand, listFlag } from "../../../src/cli/command.ts";
import { parseInput } from "../../../src/cli/parse-input.ts";
import { exactPattern } from "../../../src/core/plan/exact-pattern.ts";
import { compileGlob } from "../../../src/template/glob.ts";

const command = defineCommand({
  name: "try",
  summary: "",
  examples: [],
  arguments: [],
  flags: { only: listFlag("NAMES", "", { separator: "," }), x: booleanFlag("") },
  run: () => Promise.resolve(0),
});

describe("exactPattern", () => {
  it.each(["a.b", "a*b", "it's $HOME, {x,y}\n.null.n", "[a]\\", " a ", "a?b", "{"])("%j means itself alone", (name) => {
    expect(parseInput(command, [`-only=${exactPattern(name)}`]).flags["only"]).toEqual([exactPattern(name)]);
    const glob = compileGlob(exactPattern(name))!;
    expect([glob.test(name), glob.test(`${name}x`), glob.test(name.replace("*", "z"))]).toEqual([
      true,
      false,
      !name.includes("*"),
    ]);
  });

  it("comes through the command line whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (name) => {
        const patterns = parseInput(command, [`-only=${exactPattern(name)}`]).flags["only"] as readonly string[];
        expect(patterns).toHaveLength(1);
        expect(compileGlob(patterns[0]!)!.test(name)).toBe(true);
      }),
    );
  });
});
