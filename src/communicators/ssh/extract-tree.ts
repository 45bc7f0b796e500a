import { createWriteStream } from "node:fs";
import { rename, rm, symlink } from "node:fs/promises";
import { dirname, posix, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { extract, type Header } from "tar-stream";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { temporaryNameFor } from "../../lib/atomic-file.ts";
import { inside, isInside } from "../inside.ts";

export interface ExtractOptions {
  readonly onBytes: (count: number) => void;
  /** Called for each entry that was left out, with the reason. */
  readonly onLeftOut: (path: string, why: string) => void;
}

/**
 * Unpacks a tar stream the guest sent below `root`. The guest is not trusted: a name that leads elsewhere fails the whole
 * download. Links are made last, so that no file can be written through one, and only where they stay inside.
 */
export async function extractTree(archive: Readable, root: string, options: ExtractOptions): Promise<void> {
  const links: Header[] = [];
  const unpack = extract();
  const reading = pipeline(archive, unpack);
  reading.catch(() => {});
  for await (const entry of unpack) {
    const { header } = entry;
    const { name, type = "thing of unknown kind" } = header;
    if (type === "file" || type === "contiguous-file") {
      await writeEntry(entry as unknown as Readable, header, root, options);
    } else entry.resume();
    if (type === "directory") await ensureDirectory(inside(root, name));
    else if (type === "symlink" || type === "link") links.push(header);
    else if (type !== "file") options.onLeftOut(name, `it is a ${type}`);
  }
  await reading;
  for (const link of links) await makeLink(link, root, options);
}

async function writeEntry(entry: Readable, header: Header, root: string, options: ExtractOptions): Promise<void> {
  const path = inside(root, header.name);
  await ensureDirectory(dirname(path));
  const temporary = temporaryNameFor(path);
  entry.on("data", (chunk: Buffer) => options.onBytes(chunk.length));
  try {
    await pipeline(entry, createWriteStream(temporary, { flags: "wx", mode: (header.mode ?? 0o644) & 0o777 }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function makeLink(header: Header, root: string, options: ExtractOptions): Promise<void> {
  const path = inside(root, header.name);
  const target = header.linkname ?? "";
  const isHard = header.type === "link";
  const aim = resolve(isHard ? root : dirname(path), target);
  const isForeign = !isHard && posix.isAbsolute(target);
  if (isForeign || !isInside(root, aim)) {
    return options.onLeftOut(header.name, `it is a link to ${target}, outside of the downloaded directory`);
  }
  await ensureDirectory(dirname(path));
  await rm(path, { force: true });
  await symlink(isHard ? relative(dirname(path), aim) : target, path);
}
