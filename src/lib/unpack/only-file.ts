import { extract } from "tar-stream";
import type { Readable } from "node:stream";
import { openZip, ZipError } from "../archive/read-zip.ts";
import type { ByteSource } from "../byte-source.ts";
import { UnpackError } from "./unpack-error.ts";

/** The content of the one file in a tar archive. */
export async function* onlyFileInTar(source: ByteSource): AsyncGenerator<Uint8Array> {
  const archive = extract();
  let unreadable: { readonly error: unknown } | undefined;
  const feeding = feed(archive, source).catch((error: unknown) => {
    unreadable ??= { error };
    archive.destroy();
  });
  const names: string[] = [];
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      if (type !== "directory") names.push(name);
      refuseUnlessOne(names, false);
      if (type !== "directory" && type !== "file" && type !== "contiguous-file") throw notPlain(name);
      for await (const piece of entry as unknown as Readable) yield piece as Buffer;
    }
    if (unreadable) throw unreadable.error;
    refuseUnlessOne(names, true);
  } catch (cause) {
    if (unreadable) throw unreadable.error;
    if (cause instanceof UnpackError) throw cause;
    throw new UnpackError("it is damaged, cut off, or no tar archive", { cause });
  } finally {
    archive.destroy();
    await feeding;
  }
}

/** The content of the one file in a ZIP archive. */
export async function* onlyFileInZip(
  path: string,
  { signal, onRead = () => {} }: { readonly signal: AbortSignal; readonly onRead?: (count: number) => void },
): AsyncGenerator<Uint8Array> {
  const zip = await openZip(path).catch(rethrow);
  try {
    const files = zip.members.filter(({ name }) => !name.endsWith("/"));
    refuseUnlessOne(
      files.map(({ name }) => name),
      true,
    );
    const [file] = files;
    let done = 0;
    for await (const piece of zip.read(file!)) {
      signal.throwIfAborted();
      onRead((piece.length * file!.packedSize) / file!.size);
      done += piece.length;
      yield piece;
    }
  } catch (error) {
    rethrow(error);
  } finally {
    await zip.close();
  }
}

function rethrow(cause: unknown): never {
  if (cause instanceof ZipError) throw new UnpackError(cause.message, { cause });
  throw cause;
}

function refuseUnlessOne(names: readonly string[], isComplete: boolean): void {
  const [first, second] = names;
  if (second !== undefined) {
    throw new UnpackError(
      `there are several files in it ("${first}" and "${second}", for example); there has to be one`,
    );
  }
  if (isComplete && first === undefined) throw new UnpackError("there is no file in it");
}

function notPlain(name: string): UnpackError {
  return new UnpackError(`"${name}" in it is no plain file`);
}

/** One piece at a time, because the source reuses its memory for the next one. */
async function feed(archive: ReturnType<typeof extract>, source: ByteSource): Promise<void> {
  for await (const piece of source) {
    if (archive.destroyed) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        archive.removeListener("close", goOn);
        archive.removeListener("drain", goOn);
        resolve();
      };
      archive.once("close", goOn);
      archive.once("drain", goOn);
      if (archive.write(Buffer.from(piece))) goOn();
    });
  }
  archive.end(null);
}
