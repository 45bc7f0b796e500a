import { error, warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import { commandWithScript, wordsWithScript } from "./with-script.ts";

interface OwnCommand {
  /** The argument that holds it. */
  readonly argument: string;
  /** Of a program and its arguments, or of one line. */
  readonly command: string | readonly string[] | undefined;
  /** The names the command has for the script, the one to propose first: `Path`. */
  readonly values: readonly string[];
  /** The script's path, where the template fixes it. */
  readonly path?: string | undefined;
}

/** A command of the user's that does not name the script: it runs something else. That may be meant, so it is a warning. */
export function scriptNotRun(own: OwnCommand): readonly ConfigIssue[] {
  const found = warning(
    "script-not-run",
    [own.argument],
    "Script is not run",
    "The command does not name the script, so it is not run.",
  );
  return isNamed(own) ? [] : [advised(found, own)];
}

/** The same where nobody means it. */
export function scriptRefused(own: OwnCommand): readonly ConfigIssue[] {
  const found = error(
    "invalid-argument",
    [own.argument],
    "Invalid value",
    "The command does not name the script, so it would not be run.",
  );
  return isNamed(own) ? [] : [advised(found, own)];
}

function isNamed({ command, values, path }: OwnCommand): boolean {
  if (command === undefined) return true;
  const text = [command].flat().join(" ");
  return new RegExp(`\\.(${values.join("|")})\\b`).test(text) || Boolean(path && text.includes(path));
}

function advised(found: ConfigIssue, { command = "", values: [name = ""] }: OwnCommand): ConfigIssue {
  const mended = typeof command === "string" ? commandWithScript(command, name) : wordsWithScript(command, name);
  if (mended === undefined) return { ...found, detail: `${found.detail} Write {{ .${name} }} where it belongs.` };
  const text =
    typeof mended === "string" ? JSON.stringify(mended) : `[${mended.map((word) => JSON.stringify(word)).join(", ")}]`;
  return { ...found, detail: `${found.detail} Write ${text}.`, fix: { kind: "replace", part: "value", text } };
}
