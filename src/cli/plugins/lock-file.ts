import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Block, Expression } from "../../language/ast.ts";
import { parseHcl } from "../../language/parse.ts";
import { lineOf } from "../../language/position.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { LockedPlugin, PluginLock } from "../../plugin-host/install/plugin-lock.ts";
import { BuildError } from "../../sdk/error.ts";
import { constantText } from "../../template/hcl2/locate-argument.ts";

/** Beside the template. */
export const LOCK_FILE = ".packer.lock.hcl";

/** What is locked for the templates of a folder; empty where there is no file. Rejects with a `BuildError`. */
export async function readLockFile(directory: string): Promise<PluginLock> {
  const path = join(directory, LOCK_FILE);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new BuildError(`${path} cannot be read`, { cause: error });
  });
  const file = { name: path, text };
  const { body, diagnostics } = parseHcl(file);
  const [first] = diagnostics;
  if (first) throw damaged(path, `${first.summary}, line ${lineOf(file, first.subject?.start ?? 0)}`);
  if (body.attributes.length > 0) throw damaged(path, `"${body.attributes[0]!.name}" has no place in it`);
  return new Map(body.blocks.map((block) => [sourceOf(block, path), readPlugin(block, path)]));
}

/** Complete or not at all, and only where something has changed. */
export async function writeLockFile(directory: string, before: PluginLock, lock: PluginLock): Promise<boolean> {
  const text = formatLock(lock);
  if (text === formatLock(before)) return false;
  const path = join(directory, LOCK_FILE);
  try {
    await writeFileAtomic(path, text);
  } catch (cause) {
    throw new BuildError(`${path} cannot be written`, {
      cause,
      hint: "It keeps which plugins the template was tried with. Allow writing beside the template.",
    });
  }
  return true;
}

/** In the canonical style of HCL, sorted, so that it changes only where something did. */
function formatLock(lock: PluginLock): string {
  const plugins = [...lock.values()].sort((one, other) => (one.source < other.source ? -1 : 1));
  return HEADER + plugins.map(formatPlugin).join("");
}

const HEADER = `# The plugins these templates were tried with. Written by "imgbuild init"; "imgbuild init -upgrade" takes newer ones.
# Keep it with the templates.
`;

function formatPlugin({ source, version, archives, binaries }: LockedPlugin): string {
  const lines = [
    `\nplugin ${JSON.stringify(source)} {`,
    `  version = ${JSON.stringify(version)}`,
    ...formatSums("archives", archives),
    ...formatSums("binaries", binaries),
    "}\n",
  ];
  return lines.join("\n");
}

function formatSums(name: string, sums: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(sums).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return [];
  const width = Math.max(...entries.map(([system]) => system.length));
  return [`  ${name} = {`, ...entries.map(([system, sum]) => `    ${system.padEnd(width)} = "sha256:${sum}"`), "  }"];
}

function sourceOf({ type, labels }: Block, path: string): string {
  const [source] = labels;
  if (type === "plugin" && source && labels.length === 1) return source.value;
  throw damaged(path, `a "${type}" block has no place in it`);
}

function readPlugin(block: Block, path: string): LockedPlugin {
  const source = sourceOf(block, path);
  const values = new Map(block.body.attributes.map(({ name, expression }) => [name, expression]));
  const version = values.get("version") && constantText(values.get("version")!);
  if (version === undefined) throw damaged(path, `the plugin ${source} has no version`);
  const sums = (name: string): Readonly<Record<string, string>> =>
    readSums(values.get(name), `${name} of ${source}`, path);
  return { source, version, archives: sums("archives"), binaries: sums("binaries") };
}

function readSums(expression: Expression | undefined, what: string, path: string): Readonly<Record<string, string>> {
  if (expression === undefined) return {};
  if (expression.kind !== "object") throw damaged(path, `the ${what} are no object`);
  const entries = expression.items.map(({ bareKey, key, value }): readonly [string, string] => {
    const sum = /^sha256:([0-9a-f]{64})$/.exec(constantText(value) ?? "")?.[1];
    const name = bareKey ?? constantText(key);
    if (name === undefined || sum === undefined) throw damaged(path, `the ${what} hold something that is no SHA-256`);
    return [name, sum];
  });
  return Object.fromEntries(entries);
}

function damaged(path: string, why: string): BuildError {
  return new BuildError(`${path} cannot be understood: ${why}`, {
    hint: "Take the version of it that was kept with the template; or remove it, and lock what is there now:\n    imgbuild init",
  });
}
