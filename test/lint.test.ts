import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it, onTestFinished } from "vitest";
import { cycleThrough, importGraph } from "../tools/lint/import-graph.mjs";

const root = resolve(import.meta.dirname, "..");

/** What the project's own lint says to a text, if it were that file. */
async function complaints(path: string, text: string): Promise<readonly string[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: join(root, "tools/eslint.config.mjs"),
    // In CI the parser reads a file from the disk when it sees its name for the first time, whatever the text.
    overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
  });
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return result!.messages.map(({ message }) => message);
}

/** The type checker reads the whole tree first. */
const TIMEOUT_MS = 120_000;

describe("the walls of the house", { timeout: TIMEOUT_MS }, () => {
  const probe = "src/lib/retry.ts";

  it.each([
    ["a lazy import against the arrows", 'void import("../cli/commands/build.ts");', "lib must not import cli."],
    ["a type against the arrows", 'export type { Run } from "../sdk/run.ts";', "lib must not import sdk."],
    [
      "the edge",
      'import type { runProgram } from "../load-core.ts"; export type X = typeof runProgram;',
      "lib must not import load-core.ts.",
    ],
  ])("refuse %s", async (_, text, complaint) => {
    expect(await complaints(probe, text)).toContain(complaint);
  });

  it("refuse the process anywhere but at its edge", async () => {
    const said = await complaints(
      probe,
      'import { pid } from "node:process";\nexport const both = [pid, process.pid];',
    );
    expect(said).toHaveLength(2);
    expect(said[0]).toContain("'node:process' import is restricted");
    expect(said[1]).toContain("Unexpected use of 'process'");
  });

  it("keep plugins apart", async () => {
    const text = 'import { qemu } from "../qemu/plugin.ts"; export const x = qemu;';
    expect(await complaints("src/plugins/vagrant/plugin.ts", text)).toContain("plugins never import each other.");
  });

  it("find a cycle, through types and lazy imports too", async () => {
    const directory = await mkdtemp(join(tmpdir(), "imgbuild-test-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const files = {
      "a.ts": 'import type { B } from "./deep/b.ts"; export type A = B;',
      "deep/b.ts": 'export type B = 1; export const c = () => import("../c.ts");',
      "c.ts": 'export { d } from "./d.ts"; export type { A } from "./a.ts";',
      "d.ts": "export const d = 1;",
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const graph = importGraph(directory);
    expect(cycleThrough(graph, join(directory, "a.ts"), directory)).toEqual(["a.ts", "deep/b.ts", "c.ts", "a.ts"]);
    expect(cycleThrough(graph, join(directory, "d.ts"), directory)).toBeUndefined();
  });
});
