import { Readable } from "node:stream";
import type { ByteSource } from "../byte-source.ts";
import { optionalPackage } from "../optional-package.ts";
import { byProgram, damaged } from "./by-program.ts";

/** An xz file, of one stream or several: by a native package where it is there, else by the program xz. */
export async function* unxz(source: ByteSource): AsyncGenerator<Uint8Array> {
  const native = await optionalPackage<UnxzPackage>(XZ_PACKAGE);
  yield* native === undefined ? unxzByProgram(source) : unxzByPackage(source, native);
}

const XZ_PACKAGE: string = "@napi-rs/lzma";

/** What we use of `@napi-rs/lzma`, which is not there to be compiled against where Node is older. */
export interface UnxzPackage {
  readonly xz: { readonly decompressStream: (input: ReadableStream<Uint8Array>) => AsyncIterable<Uint8Array> };
}

function unxzByProgram(source: ByteSource): AsyncGenerator<Buffer> {
  return byProgram(source, "xz", { name: "xz", args: ["-d", "-c", "-q"], debianPackage: "xz-utils" });
}

export async function* unxzByPackage(source: ByteSource, { xz }: UnxzPackage): AsyncGenerator<Uint8Array> {
  let unreadable: { readonly error: unknown } | undefined;
  try {
    yield* xz.decompressStream(Readable.toWeb(Readable.from(copies(source))) as ReadableStream<Uint8Array>);
  } catch (cause) {
    if (unreadable) throw unreadable.error;
    throw damaged("xz", cause);
  }

  /** The source reuses its memory for the next piece, and the package reads ahead. */
  async function* copies(pieces: ByteSource): AsyncGenerator<Buffer> {
    try {
      for await (const piece of pieces) yield Buffer.from(piece);
    } catch (error) {
      unreadable = { error };
      throw error;
    }
  }
}
