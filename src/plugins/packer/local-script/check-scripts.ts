import { resolve } from "node:path";
import { isExecutable, isOnPath } from "../../../lib/on-path.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import type { CheckPlaces } from "../../../sdk/component.ts";
import { error } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import { brokenShebangs, headOf } from "../scripts/broken-shebang.ts";
import { ofScripts, scriptFiles } from "../scripts/script-files.ts";
import type { LocalScriptConfig } from "./options.ts";
import { runsOn } from "./runs-on.ts";

/** For `checkFiles`: scripts that are not there, or that this machine cannot start. */
export async function checkLocalScripts(
  config: LocalScriptConfig,
  places: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  const missing = await ofScripts.checkFiles(config, places);
  const { platform } = places.host;
  if (platform === "win32" || missing.length > 0 || !runsOn(platform, config)) return missing;
  const broken = await brokenShebangs(scriptFiles(config), places.work);
  if (!isRunDirectly(config)) return broken;
  const ofFiles = await Promise.all(
    scriptFiles(config).map(([path, file]) => scriptIssues({ path, file }, config, places)),
  );
  const ofInline = await interpreterIssues(inlineScript(config), config, places);
  return [...broken, ...[...ofFiles.flat(), ...ofInline].map((issue) => ({ ...issue, ofHost: true }))];
}

/** The command begins with the script: it needs permission, and the interpreter that its first line names. */
function isRunDirectly({ execute_command: words }: LocalScriptConfig): boolean {
  if (words === undefined) return true;
  return words.some(({ text }, index) => {
    const isCommand = index === 0 || /^-\w*c$/.test(words[index - 1]!.text);
    return isCommand && BEGINS_WITH_SCRIPT.test(text);
  });
}

const BEGINS_WITH_SCRIPT = /^\s*(?:\{\{\s*\.Vars\s*\}\}\s*)?["']?\{\{\s*\.(?:Script|Command)\s*\}\}/;

interface NamedScript {
  readonly path: ConfigIssue["path"];
  readonly file: string;
}

async function scriptIssues(
  { path, file }: NamedScript,
  config: LocalScriptConfig,
  places: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  const place = resolve(places.work, file);
  const head = await headOf(place);
  const shebang = { path, owner: `The first line of "${file}"`, line: head?.toString("utf8") };
  const interpreter = await interpreterIssues(shebang, config, places);
  if (await isExecutable(place)) return interpreter;
  const detail = `"${file}" is run directly, and it is not executable. Type:\n    chmod +x ${shellQuote(file)}`;
  return [error("not-executable", path, "Script is not executable", detail), ...interpreter];
}

interface Shebang {
  readonly path: ConfigIssue["path"];
  /** Begins a sentence. */
  readonly owner: string;
  /** With `#!`, and perhaps more lines after it. */
  readonly line: string | undefined;
}

function inlineScript({ inline, inline_shebang: wanted }: LocalScriptConfig): Shebang {
  if (wanted === undefined) return { path: ["inline", 0], owner: "The first line of the script", line: inline?.[0] };
  return { path: ["inline_shebang"], owner: "inline_shebang", line: inline && `#!${wanted}` };
}

async function interpreterIssues(
  { path, owner, line }: Shebang,
  config: LocalScriptConfig,
  places: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  const [, words = ""] = /^#![ \t]*([^\r\n]+)/.exec(line ?? "") ?? [];
  const missing = await missingProgram(words.trim().split(/[ \t]+/), config, places);
  if (missing === undefined) return [];
  const detail = `${owner} names the program "${missing}", and this machine has none of that name. Install it, or name another one.`;
  return [error("missing-program", path, "Program not found", detail)];
}

async function missingProgram(
  [interpreter = "", ...rest]: readonly string[],
  config: LocalScriptConfig,
  places: CheckPlaces,
): Promise<string | undefined> {
  if (interpreter === "") return undefined;
  if (!(await isExecutable(resolve(places.work, interpreter)))) return interpreter;
  const name = interpreter.endsWith("/env") ? programOfEnv(rest) : undefined;
  if (name === undefined || (await isFound(name, config, places))) return undefined;
  return name;
}

/** `#!/usr/bin/env -S A=b python3 -u`: what is not an option or a variable. */
const programOfEnv = (words: readonly string[]): string | undefined => words.find((word) => !/^-|=/.test(word));

async function isFound(name: string, config: LocalScriptConfig, { host, work }: CheckPlaces): Promise<boolean> {
  if (name.includes("/")) return isExecutable(resolve(work, name));
  const { PATH: path } = host.env;
  const isOwnPath = "PATH" in config.env || config.environment_vars.some((variable) => variable.startsWith("PATH="));
  return path === undefined || isOwnPath || isOnPath(name, path);
}
