import type { Diagnostic } from "../../language/diagnostic.ts";
import { error } from "../diagnostics.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read: permission is denied",
  EPERM: "may not be read: permission is denied",
  EISDIR: "is a directory, and a file is needed",
  ENOTDIR: "does not exist: a part of the path is a file",
  ELOOP: "cannot be reached: its symbolic links go in a circle",
};

/** A file or directory that cannot be read, as a sentence. `what`: `template`, `variable file`. */
export function readFailure(what: string, path: string, failure: NodeJS.ErrnoException, hint = ""): Diagnostic {
  const reason = reasons[failure.code ?? ""] ?? `cannot be read: ${failure.message}`;
  return error("unreadable-file", undefined, `Cannot read ${what}`, `${path} ${reason}.${hint}`);
}

export const isErrnoException = (value: unknown): value is NodeJS.ErrnoException =>
  value instanceof Error && "code" in value;
