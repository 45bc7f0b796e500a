import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Benchmark, Figure } from "./benchmark.ts";

/**
 * Runs every benchmark of this folder (or those named on the command line), one after the other, beside its peers on
 * the same machine in the same run. Prints a table and writes `bench-results.json`.
 */
const directory = import.meta.dirname;
const imgbuild = resolve("dist/imgbuild.js");
const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Result {
  readonly benchmark: string;
  readonly figures: readonly Figure[];
  /** Why it did not run. */
  readonly leftOut?: string | undefined;
}

const wanted = process.argv.slice(2);
const benchmarks = await loadBenchmarks();
const names = benchmarks.map(({ name }) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  say(`No benchmark is called ${unknown.join(", ")}. There are: ${names.join(", ")}.`);
  process.exit(2);
}
const results: Result[] = [];
for (const benchmark of benchmarks) {
  if (wanted.length === 0 || wanted.includes(benchmark.name)) results.push(await runOne(benchmark));
}
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 1e9),
  node: process.version,
};
writeFileSync(
  "bench-results.json",
  `${JSON.stringify({ date: new Date().toISOString(), machine, results }, undefined, 2)}\n`,
);
printTable(results);
const missed = results.flatMap(({ figures }) => figures).filter(({ target }) => target?.met === false);
say(`\n${missed.length === 0 ? "Every target that was measured is met." : `${missed.length} targets are missed.`}`);
process.exitCode = missed.length === 0 ? 0 : 1;

/** A file of this folder that exports `benchmark` is one. */
async function loadBenchmarks(): Promise<readonly Benchmark[]> {
  const files = readdirSync(directory).filter(
    (name) => name.endsWith(".ts") && name !== "main.ts" && name !== "benchmark.ts",
  );
  const modules = await Promise.all(
    files.map((name) => import(pathToFileURL(join(directory, name)).href) as Promise<{ benchmark?: Benchmark }>),
  );
  return modules.flatMap(({ benchmark }) => (benchmark ? [benchmark] : [])).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function runOne(benchmark: Benchmark): Promise<Result> {
  const missing = Object.entries(benchmark.needs).filter(([program]) => !isOnPath(program));
  if (missing.length > 0) {
    const leftOut = `needs ${missing.map(([program, pkg]) => `${program} (package ${pkg})`).join(", ")}`;
    say(`${benchmark.name}: left out, ${leftOut}`);
    return { benchmark: benchmark.name, figures: [], leftOut };
  }
  say(`${benchmark.name}…`);
  const scratch = mkdtempSync(join(tmpdir(), "imgbuild-bench-"));
  mkdirSync(scratch, { recursive: true });
  try {
    const figures = await benchmark.run({ directory: scratch, imgbuild, log: (text) => say(`  ${text}`) });
    return { benchmark: benchmark.name, figures };
  } catch (error) {
    const leftOut = `failed: ${error instanceof Error ? error.message : String(error)}`;
    say(`  ${leftOut}`);
    process.exitCode = 1;
    return { benchmark: benchmark.name, figures: [], leftOut };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function printTable(all: readonly Result[]): void {
  const head = ["what", "imgbuild", "peer", "ratio", "target"];
  const rows = all.flatMap(({ benchmark, figures, leftOut }) =>
    figures.length === 0
      ? [[benchmark, "-", "-", "-", leftOut ?? ""]]
      : figures.map(({ label, unit, ours, peer, target }) => [
          label,
          `${number(ours)} ${unit}`,
          peer ? `${peer.name} ${number(peer.value)} ${unit}` : "-",
          // An overhead can be nothing at all, or less.
          peer && ours > 0 ? number(peer.value / ours) : "-",
          target ? `${target.met ? "met" : "MISSED"}: ${target.text}` : "",
        ]),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  say(`\n${[head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n")}`);
}

function number(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
