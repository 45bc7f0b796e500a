import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { BuildError } from "../../../sdk/error.ts";
import { record } from "../guest/common.ts";
import type { Piece } from "./write-lines.ts";

/** A line the guest sends holds at most so much when unpacked; more is no line of our program. */
const LARGEST_LINE = 4 * 1024 * 1024;

const decompress = promisify(gunzip);

/** Reads what `guest/send-files.ts` sends. */
export interface LineReader {
  /** Resolves when the pieces of all whole lines were handed over. */
  add(chunk: Buffer): Promise<void>;
  /** True when all has arrived, and unchanged. */
  isComplete(): boolean;
}

export function createLineReader(onPiece: (piece: Piece) => Promise<void>): LineReader {
  const digest = createHash("sha256");
  let rest: Buffer[] = [];
  let files = 0;
  let complete = false;
  const take = async (line: string) => {
    if (line === "" || complete) return;
    if (line.startsWith("=")) {
      complete = line === `=${digest.copy().digest("hex")} ${files}`;
      return;
    }
    for (const piece of await piecesOf(line)) {
      if (piece.kind === "file") files++;
      if (piece.kind === "data") digest.update(piece.data);
      await onPiece(piece);
    }
  };
  return {
    add: async (chunk) => {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, end)]);
        rest = [];
        from = end + 1;
        await take(line.toString("latin1").trim());
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    },
    isComplete: () => complete,
  };
}

async function piecesOf(line: string): Promise<readonly Piece[]> {
  const bytes = await decompress(Buffer.from(line, "base64"), { maxOutputLength: LARGEST_LINE }).catch(garbled);
  const pieces: Piece[] = [];
  for (let at = 0; bytes[at] !== record.end;) {
    if (at + 5 > bytes.length) return garbled();
    const [kind, length] = [bytes[at], bytes.readInt32LE(at + 1)];
    const content = bytes.subarray(at + 5, at + 5 + length);
    if (content.length !== length) return garbled();
    if (kind === record.data) pieces.push({ kind: "data", data: content });
    else pieces.push({ kind: kind === record.directory ? "directory" : "file", path: content.toString("utf8") });
    at += 5 + length;
  }
  return pieces;
}

function garbled(cause?: unknown): never {
  throw new BuildError("What the machine sent cannot be read", {
    cause,
    hint: "Something in the machine writes into the output of every PowerShell, a profile or a security product perhaps.",
  });
}
