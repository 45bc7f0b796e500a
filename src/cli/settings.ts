import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { didYouMean } from "../lib/did-you-mean.ts";
import { displayPath } from "../lib/display-path.ts";
import { errorText } from "../lib/error-text.ts";
import { isSystemError } from "../lib/system-error.ts";
import { parseSize } from "../lib/parse-size.ts";
import { hasErrors } from "../language/diagnostic.ts";
import type { Attribute } from "../language/ast.ts";
import { literalText } from "../language/literal-text.ts";
import { parseHcl } from "../language/parse.ts";
import { lineOf } from "../language/position.ts";
import type { SourceFile, SourceRange } from "../language/source.ts";
import { BuildError } from "../sdk/error.ts";
import type { Host } from "../sdk/host.ts";

/** One setting of the file: what an environment variable says where that is not set. */
interface Setting {
  readonly variable: string;
  readonly wants: string;
  /** The value for the variable; `undefined` for what is none. */
  readonly read: (text: string, directory: string) => string | undefined;
}

const SWITCH: Readonly<Record<string, string>> = { true: "1", false: "0" };

const SETTINGS: Readonly<Record<string, Setting>> = {
  checkpoints: { variable: "IMGBUILD_CHECKPOINTS", wants: "true or false", read: (text) => SWITCH[text] },
  checkpoints_limit: {
    variable: "IMGBUILD_CHECKPOINTS_LIMIT",
    wants: 'a size such as "20GB"',
    read: (text) => (parseSize(text) === undefined ? undefined : text),
  },
  checkpoint_directory: {
    variable: "IMGBUILD_CHECKPOINT_DIR",
    wants: "a directory",
    read: (text, directory) => (text === "" ? undefined : resolve(directory, text)),
  },
};

type Places = Pick<Host, "env" | "homeDir" | "platform">;

/** `imgbuild/settings.hcl` in `XDG_CONFIG_HOME` (absolute), else `~/.config`; on Windows in the folder of applications. */
export function settingsFile({ env, homeDir, platform }: Places): string {
  const own = platform === "win32" ? env["APPDATA"] : env["XDG_CONFIG_HOME"];
  const isUsable = own !== undefined && (platform === "win32" || own.startsWith("/"));
  return join(isUsable ? own : join(homeDir, ".config"), "imgbuild", "settings.hcl");
}

/** The host with the user's settings, which give way to the environment. Rejects where the file cannot be understood. */
export async function withSettings<Some extends Places & Pick<Host, "cwd">>(host: Some): Promise<Some> {
  const path = settingsFile(host);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (isSystemError(error) && ["ENOENT", "ENOTDIR"].includes(error.code ?? "")) return undefined;
    throw new BuildError(`The settings file ${path} cannot be read: ${errorText(error)}`, { cause: error });
  });
  if (text === undefined) return host;
  const file: SourceFile = { name: displayPath(path, host.cwd), text: text.replace(/^\uFEFF/, "") };
  return { ...host, env: { ...readSettings(file, dirname(path)), ...host.env } };
}

function readSettings(file: SourceFile, directory: string): Readonly<Record<string, string>> {
  const { body, diagnostics } = parseHcl(file);
  const wrong = diagnostics.find((diagnostic) => hasErrors([diagnostic]));
  if (wrong) throw settingsError(wrong.detail || wrong.summary, wrong.subject ?? { file, start: 0, end: 0 });
  const [block] = body.blocks;
  if (block) throw settingsError(`"${block.type}" is not a block of settings: write name = value.`, block.headerRange);
  return Object.fromEntries(body.attributes.map((attribute) => readSetting(attribute, directory)));
}

function readSetting({ name, nameRange, expression }: Attribute, directory: string): readonly [string, string] {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (!setting) {
    const known = Object.keys(SETTINGS);
    const advice = didYouMean(name, known) || ` There are: ${known.join(", ")}.`;
    throw settingsError(`There is no setting "${name}".${advice}`, nameRange);
  }
  const { range } = expression;
  const text = literalText(expression) ?? range.file.text.slice(range.start, range.end);
  const value = setting.read(text, directory);
  if (value === undefined) throw settingsError(`"${name}" is ${setting.wants}, not ${text}.`, range);
  return [setting.variable, value];
}

function settingsError(detail: string, { file, start }: SourceRange): BuildError {
  return new BuildError(`${file.name} line ${lineOf(file, start)}: ${detail}`, {
    hint: "docs/checkpoints.md says what the file may hold.",
  });
}
