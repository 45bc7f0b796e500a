import type { Diagnostic } from "../../language/diagnostic.ts";
import { error } from "../diagnostics.ts";

/** Longer texts are cut: a secret may be in them. */
const MOST_SHOWN = 30;

/** `-var` without `name=`. */
export function malformedVar(text: string): Diagnostic {
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  const detail = `-var takes name=value, and ${JSON.stringify(shown)} has no "=" after a name.`;
  return error("malformed-var", undefined, "Invalid -var option", detail);
}
