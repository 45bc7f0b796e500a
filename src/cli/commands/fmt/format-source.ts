import { readFileSync } from "node:fs";
import { decodeSource } from "../../../language/decode-source.ts";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import { formatHcl } from "../../../language/format/format.ts";
import { parseHcl } from "../../../language/parse.ts";

export interface Formatted {
  readonly before: string;
  readonly after: string;
  /** Also true when only a byte order mark goes away. */
  readonly isChanged: boolean;
}

interface Failed {
  readonly problems: readonly Diagnostic[];
}

/** The bytes of a file or of standard input. */
export async function readSource(
  file: { readonly kind: "file"; readonly name: string; readonly path: string } | { readonly kind: "stdin" },
  stdin: NodeJS.ReadableStream,
): Promise<{ readonly bytes: Buffer } | Failed> {
  try {
    return { bytes: file.kind === "file" ? readFileSync(file.path) : await readAll(stdin) };
  } catch (error) {
    const name = file.kind === "file" ? file.name : "Standard input";
    const detail = `${name}: ${(error as Error).message}`;
    return { problems: [{ severity: "error", code: "unreadable-file", summary: "File cannot be read", detail }] };
  }
}

/** Formats the bytes of one text, or says what is wrong with it: text that does not parse is never touched. */
export function formatSource(name: string, bytes: Buffer): Formatted | Failed {
  const { file, diagnostics } = decodeSource(name, bytes);
  const problems = diagnostics.length > 0 ? diagnostics : parseHcl(file).diagnostics;
  if (problems.length > 0) return { problems };
  const after = formatHcl(file);
  const isChanged = after !== file.text || Buffer.byteLength(after) !== bytes.length;
  return { before: file.text, after, isChanged };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
