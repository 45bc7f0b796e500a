import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { booleanFlag, choiceFlag, defineCommand, integerFlag, listFlag, textFlag } from "../../src/cli/command.ts";
import { parseInput } from "../../src/cli/parse-input.ts";

describe("the table of commands", () => {
  it.each(Object.entries(commands))("%s says about itself what the table says", async (name, entry) => {
    const command = await entry.load();
    expect([command.name, command.summary]).toEqual([name, entry.summary]);
    expect(command.examples.length).toBeGreaterThan(0);
  });
});

const command = defineCommand({
  name: "try",
  summary: "",
  examples: [],
  arguments: [{ name: "template", description: "" }],
  flags: {
    force: booleanFlag(""),
    color: booleanFlag("", { default: true }),
    var: listFlag("NAME=VALUE", ""),
    only: listFlag("NAMES", "", { separator: "," }),
    output: textFlag("FILE", ""),
    "parallel-builds": integerFlag("N", "", { default: 0 }),
    many: integerFlag("N|auto", "", { default: 0, word: "auto" }),
    mode: choiceFlag(["a", "b"], "", { default: "a" }),
  },
  run: () => Promise.resolve(0),
});

const defaults = {
  force: false,
  color: true,
  var: [],
  only: [],
  output: undefined,
  "parallel-builds": 0,
  many: 0,
  mode: "a",
};

/** Every flag of every command that is on or off. */
const switches = await Promise.all(
  Object.entries(commands).map(async ([name, entry]) => {
    const loaded = await entry.load();
    return Object.entries(loaded.flags).flatMap(([flag, declared]) =>
      declared.kind === "boolean" ? [[name, flag, declared.default] as const] : [],
    );
  }),
);

describe("switches (T-11)", () => {
  it.each(switches.flat())("%s -%s", async (name, flag, byDefault) => {
    const loaded = await commands[name]!.load();
    const positional = loaded.arguments.map(() => "x");
    const read = (...args: string[]) => parseInput(loaded, [...args, ...positional]).flags[flag];
    expect(read()).toBe(byDefault);
    for (const dashes of ["-", "--"]) {
      expect(read(`${dashes}${flag}`)).toBe(true);
      expect(read(`${dashes}${flag}=true`)).toBe(true);
      expect(read(`${dashes}${flag}=false`)).toBe(false);
      expect(read(`${dashes}${flag}`, `${dashes}${flag}=0`)).toBe(false);
    }
    expect(() => read(`-no-${flag}`)).toThrow(`has no flag -no-${flag}`);
  });
});

describe("parseInput", () => {
  it.each([
    [["t"], {}],
    [["-force", "t"], { force: true }],
    [["--force", "t"], { force: true }],
    [["-force=true", "t"], { force: true }],
    [["t", "-force"], { force: true }],
    [["-force", "-force=false", "t"], { force: false }],
    [["-color=false", "t"], { color: false }],
    [["-var", "a=1", "--var=b=2=3", "t"], { var: ["a=1", "b=2=3"] }],
    [["-var", "-x=1", "t"], { var: ["-x=1"] }],
    [["-var=a=line one\nline two", "t"], { var: ["a=line one\nline two"] }],
    [["-only=a,b", "-only", "c", "t"], { only: ["a", "b", "c"] }],
    [["-only={a,b}.c,d", "t"], { only: ["{a,b}.c", "d"] }],
    [["-only=", "t"], { only: [] }],
    [["-output", "", "t"], { output: "" }],
    [["-parallel-builds=-1", "t"], { "parallel-builds": -1 }],
    [["-mode", "b", "t"], { mode: "b" }],
    [["-many=auto", "t"], { many: "auto" }],
    [["-many=3", "t"], { many: 3 }],
    [["-only=a\\,b,c", "t"], { only: ["a\\,b", "c"] }],
    [["--", "t"], {}],
  ])("%j", (args, flags) => {
    expect(parseInput(command, args)).toEqual({ positional: ["t"], flags: { ...defaults, ...flags } });
  });

  it("takes - for standard input, and what follows -- as it is", () => {
    expect(parseInput(command, ["-"]).positional).toEqual(["-"]);
    expect(parseInput(command, ["--", "-force"])).toMatchObject({ positional: ["-force"], flags: { force: false } });
  });

  it.each([
    [["t", "-nope"], "try has no flag -nope"],
    [["t", "-forc"], "try has no flag -forc. Did you mean -force?"],
    [[], "try needs a template"],
    [["a", "b"], "try takes one template"],
    [["t", "-output"], "-output needs a value"],
    [["t", "-force=x"], '-force is on or off (true or false), not "x"'],
    [["t", "-parallel-builds=auto"], '-parallel-builds is a whole number, not "auto"'],
    [["t", "-many=all"], '-many is a whole number or auto, not "all"'],
    [["t", "-mode=c"], '-mode is one of a, b, not "c"'],
    [["t", "-parallel-builds=1.5"], '-parallel-builds is a whole number, not "1.5"'],
  ])("%j: %s", (args, message) => {
    expect(() => parseInput(command, args)).toThrow(message);
  });
});
