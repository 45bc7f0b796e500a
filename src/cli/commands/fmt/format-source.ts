import { readFileSync } from "node:fs";
import { decodeSource } from "../../../language/decode-source.ts";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import { formatHcl } from "../../../language/format/format.ts";
import { parseHcl } from "../../../language/parse.ts";
import { errorText } from "../../../lib/error-text.ts";
import type { Collected } from "./collect-files.ts";

export interface Formatted {
  readonly before: string;
  readonly after: string;
  /** Also true when only a byte order mark goes away. */
  readonly isChanged: boolean;
}

export interface Unformatted {
  readonly problems: readonly Diagnostic[];
}

type FileOrStdin = Exclude<Collected, { kind: "problem" }>;

/** Formats one text, or says what is wrong with it: text that does not parse is never touched. */
export async function formatSource(
  source: FileOrStdin,
  stdin: NodeJS.ReadableStream,
): Promise<Formatted | Unformatted> {
  const bytes = await readBytes(source, stdin).catch((error: unknown) => unreadable(source, error));
  if ("problems" in bytes) return bytes;
  return formatBytes(source.name, bytes);
}

async function readBytes(source: FileOrStdin, stdin: NodeJS.ReadableStream): Promise<Buffer> {
  if (source.kind === "file") return readFileSync(source.path);
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function unreadable({ kind, name }: FileOrStdin, error: unknown): Unformatted {
  const what = kind === "file" ? name : "Standard input";
  const detail = `${what}: ${errorText(error)}`;
  return { problems: [{ severity: "error", code: "unreadable-file", summary: "File cannot be read", detail }] };
}

function formatBytes(name: string, bytes: Buffer): Formatted | Unformatted {
  const { file, diagnostics } = decodeSource(name, bytes);
  if (diagnostics.length > 0) return { problems: diagnostics };
  const { diagnostics: mistakes } = parseHcl(file);
  if (mistakes.length > 0) return { problems: mistakes };
  const after = formatHcl(file);
  const isChanged = after !== file.text || Buffer.byteLength(after) !== bytes.length;
  return { before: file.text, after, isChanged };
}
