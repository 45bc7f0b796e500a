import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { decodeSource } from "../../language/decode-source.ts";
import type { SourceFile } from "../../language/source.ts";
import { readFailure } from "../messages/files.ts";
import { isErrnoException } from "./errno.ts";
import { displayPath } from "./template-files.ts";

export interface ReadSource {
  /** Absent where the file cannot be read. */
  readonly file: SourceFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one file of the user. `what` names it in messages: `template`, `variable file`. */
export async function readSource(what: string, absolute: string, cwd: string): Promise<ReadSource> {
  const name = displayPath(absolute, cwd);
  try {
    return decodeSource(name, await readFile(absolute));
  } catch (failure) {
    if (!isErrnoException(failure)) throw failure;
    return { file: undefined, diagnostics: [readFailure(what, name, failure)] };
  }
}
