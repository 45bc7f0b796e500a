import type { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { byProgram } from "./by-program.ts";
import { throughStream } from "./through-stream.ts";
import { untilWholeFrame } from "./zstd-end.ts";

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly createZstdDecompress?: () => Duplex;
}

/** Zstandard (RFC 8878): by Node where it can, else by the program zstd. */
export function unzstd(source: ByteSource): ByteSource {
  const { createZstdDecompress } = zlib as ZstdInNode;
  if (createZstdDecompress !== undefined) {
    return throughStream(untilWholeFrame(source), "zstd", () => createZstdDecompress());
  }
  return byProgram(source, "zstd", { name: "zstd", args: ["-d", "-c", "-q"], debianPackage: "zstd" });
}
