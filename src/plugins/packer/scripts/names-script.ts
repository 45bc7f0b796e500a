import { warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";

interface OwnCommand {
  /** The argument that holds it. */
  readonly argument: string;
  readonly text: string | undefined;
  /** The names the command has for the script, the one to propose first: `Path`. */
  readonly values: readonly string[];
  /** The script's path, where the template fixes it. */
  readonly path?: string | undefined;
}

/** A command of the user's that does not name the script: it runs something else. That may be meant, so it is a warning. */
export function scriptNotRun({ argument, text, values, path }: OwnCommand): readonly ConfigIssue[] {
  if (text === undefined || new RegExp(`\\.(${values.join("|")})\\b`).test(text)) return [];
  if (path && text.includes(path)) return [];
  const detail = `The command does not name the script, so it is not run. Write {{ .${values[0]} }} where it belongs.`;
  return [warning("script-not-run", [argument], "Script is not run", detail)];
}
