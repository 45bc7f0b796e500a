import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { FunctionError } from "../../../src/language/functions/definition.ts";
import { createFunctionLibrary } from "../../../src/language/functions/library.ts";
import { evaluate } from "../../../src/language/evaluate/evaluate.ts";
import { parseExpression } from "../../../src/language/parse.ts";
import { stringValue } from "../../../src/language/value.ts";
import { outcomeOf, show, variablesForTests, worldForTests } from "../evaluate-text.ts";

const parse = (text: string) => parseExpression({ name: "<test>", text }).expression;

describe("a function library", () => {
  it("repeats a computation until all it calls is loaded, and gives the last result", async () => {
    const functions = createFunctionLibrary(worldForTests);
    let rounds = 0;
    const { value } = await functions.settle(() => {
      rounds++;
      return evaluate(parse('upper(yamldecode("a: b").a)'), { variables: new Map(), functions });
    });
    expect(show(value)).toBe('"B"');
    expect(rounds).toBe(2);
  });

  it("fetches remote answers only as far as they are needed", async () => {
    const asked: unknown[] = [];
    const fetchRemote = async ({ args }: { readonly args: readonly (string | null)[] }) => {
      asked.push(args);
      return stringValue(`${args[0]}!`);
    };
    const world = { ...worldForTests, fetchRemote };
    expect(await outcomeOf('consul_key(consul_key("a"))', variablesForTests, world)).toBe('= "a!!"');
    expect(asked).toEqual([["a"], ["a!"]]);
  });

  it("passes on a failure that is nobody's mistake", async () => {
    const world = { ...worldForTests, fetchRemote: () => Promise.reject(new TypeError("a bug")) };
    await expect(outcomeOf('consul_key("a")', variablesForTests, world)).rejects.toThrow("a bug");
  });

  it("reports what a service answers as a problem of the call", async () => {
    const world = { ...worldForTests, fetchRemote: () => Promise.reject(new FunctionError("closed.")) };
    expect(await outcomeOf('consul_key("a")', variablesForTests, world)).toContain(
      'error function-failed at `consul_key("a")`: The call to "consul_key" failed: closed.',
    );
  });

  it("stops between rounds when aborted", async () => {
    const functions = createFunctionLibrary(worldForTests);
    const aborted = AbortSignal.abort();
    await expect(
      functions.settle(() => evaluate(parse("upper(1)"), { variables: new Map(), functions }), aborted),
    ).rejects.toThrow();
  });

  it("keeps large libraries out of the process until a function of theirs is called", () => {
    const large = ["yaml", "csv-parse", "bcryptjs", "iconv-lite", "ipaddr.js"];
    expect(packagesLoadedBy('upper(join("-", ["a", formatdate("YYYY", timestamp()), jsonencode(1)]))')).toEqual([]);
    expect(packagesLoadedBy('yamldecode("a: b")')).toEqual(["yaml"]);

    function packagesLoadedBy(expression: string): string[] {
      const script = `
        const { createFunctionLibrary } = await import("./src/language/functions/library.ts");
        const { evaluate } = await import("./src/language/evaluate/evaluate.ts");
        const { parseExpression } = await import("./src/language/parse.ts");
        const functions = createFunctionLibrary({ env: {}, cwd: "/", templateDir: "/", homeDir: "/", startTime: 0 });
        const { expression } = parseExpression({ name: "x", text: ${JSON.stringify(expression)} });
        const { diagnostics } = await functions.settle(() => evaluate(expression, { variables: new Map(), functions }));
        if (diagnostics.length > 0) throw new Error(diagnostics[0].detail);
        process.stdout.write(JSON.stringify(Object.keys((await import("node:module")).default._cache)));
      `;
      const args = ["--import", "tsx", "--input-type=module", "-e", script];
      const paths = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as string[];
      return large.filter((name) => paths.some((path) => path.includes(`node_modules/${name}/`)));
    }
  });
});
