import type { FileHandle } from "node:fs/promises";
import { readContent, type TreeDirectory, type TreeFile } from "../file-tree.ts";
import { directoryRecord, SELF } from "./directory-record.ts";
import { DirectoryTree } from "./directory-tree.ts";
import { bothEndian16, bothEndian32, SECTOR, sectorsFor, volumeTime } from "./fields.ts";
import { jolietNaming, plainNaming } from "./naming.ts";

export interface IsoOptions {
  readonly root: TreeDirectory;
  /** Written unchanged: cloud-init wants `cidata` in lower case. */
  readonly label: string;
  readonly now: Date;
}

/** A file that ISO 9660 cannot hold in one piece. */
export class IsoError extends Error {
  override readonly name = "IsoError";
}

const SYSTEM_AREA = 16;

/**
 * Writes an ISO 9660 file system with Joliet (for Windows) and Rock Ridge (for Unix) names. Files are streamed.
 * Source: ECMA-119, fourth edition (the text of ISO 9660); for the extensions see the files beside this one.
 */
export async function writeIso(to: FileHandle, { root, label, now }: IsoOptions): Promise<void> {
  const plain = new DirectoryTree(root, plainNaming, true);
  const joliet = new DirectoryTree(root, jolietNaming, false);
  const layout = new DiscLayout(SYSTEM_AREA + 3);
  const tables = [plain, joliet].map((tree) => ({
    tree,
    little: layout.take(sectorsFor(tree.pathTableBytes)),
    big: layout.take(sectorsFor(tree.pathTableBytes)),
  }));
  for (const { tree } of tables) layout.next = tree.assign(layout.next);
  const files = placeFiles(root, layout);
  const common = { label, now, sectors: layout.next };
  const writer = new SectorWriter(to);
  await writer.writeAt(SYSTEM_AREA, volumeDescriptor({ ...common, ...tables[0]!, joliet: false }));
  await writer.writeAt(SYSTEM_AREA + 1, volumeDescriptor({ ...common, ...tables[1]!, joliet: true }));
  await writer.writeAt(SYSTEM_AREA + 2, terminator());
  for (const { tree, little, big } of tables) {
    await writer.writeAt(little, tree.pathTable("little"));
    await writer.writeAt(big, tree.pathTable("big"));
    let sector = tree.root.sector;
    for (const bytes of tree.render(files)) {
      await writer.writeAt(sector, bytes);
      sector += sectorsFor(bytes.length);
    }
  }
  for (const [file, sector] of files) await writer.writeFile(sector, file);
  await to.truncate(layout.next * SECTOR);
}

class DiscLayout {
  next: number;
  constructor(first: number) {
    this.next = first;
  }
  take(sectors: number): number {
    const at = this.next;
    this.next += sectors;
    return at;
  }
}

function placeFiles(root: TreeDirectory, layout: DiscLayout): ReadonlyMap<TreeFile, number> {
  const placed = new Map<TreeFile, number>();
  const visit = (directory: TreeDirectory): void => {
    for (const child of directory.children) {
      if (child.kind === "directory") visit(child);
      else if (child.size >= 2 ** 32)
        throw new IsoError(`"${child.name}" is too large for a CD: a file may have at most 4 GiB`);
      else placed.set(child, layout.take(sectorsFor(child.size)));
    }
  };
  visit(root);
  return placed;
}

interface VolumeFacts {
  readonly label: string;
  readonly now: Date;
  readonly sectors: number;
  readonly tree: DirectoryTree;
  readonly little: number;
  readonly big: number;
  readonly joliet: boolean;
}

/**
 * ECMA-119 sections 8.4 (primary) and 8.5 (supplementary, which Joliet uses with the escape sequence of UCS-2 level 3).
 */
function volumeDescriptor({ label, now, sectors, tree, little, big, joliet }: VolumeFacts): Buffer {
  const text = joliet ? ucs2 : latin1;
  const sector = Buffer.alloc(SECTOR);
  sector.writeUInt8(1 + Number(joliet), 0);
  sector.write("CD001\x01", 1, "latin1");
  text("", 32).copy(sector, 8);
  text(label, 32).copy(sector, 40);
  bothEndian32(sectors).copy(sector, 80);
  if (joliet) sector.write("%/E", 88, "latin1");
  bothEndian16(1).copy(sector, 120);
  bothEndian16(1).copy(sector, 124);
  bothEndian16(SECTOR).copy(sector, 128);
  bothEndian32(tree.pathTableBytes).copy(sector, 132);
  sector.writeUInt32LE(little, 140);
  sector.writeUInt32BE(big, 148);
  const root = { identifier: SELF, ...tree.root, modified: now, isDirectory: true, systemUse: Buffer.alloc(0) };
  directoryRecord(root).copy(sector, 156);
  for (const [offset, length] of NAMES) text("", length).copy(sector, offset);
  text("IMGBUILD", 128).copy(sector, APPLICATION);
  const never = Buffer.concat([Buffer.from("0".repeat(16), "latin1"), Buffer.from([0])]);
  // Creation, modification, expiration, effective.
  const times = [volumeTime(now), volumeTime(now), never, never];
  for (const [index, time] of times.entries()) time.copy(sector, 813 + index * TIME_BYTES);
  sector.writeUInt8(1, 881);
  return sector;
}

const TIME_BYTES = 17;
const APPLICATION = 574;
/** Volume set, publisher, preparer, application; then the names of three files. */
const NAMES = [
  [190, 128],
  [318, 128],
  [446, 128],
  [APPLICATION, 128],
  [702, 37],
  [739, 37],
  [776, 37],
] as const;

function latin1(value: string, length: number): Buffer {
  return Buffer.from(value.padEnd(length).slice(0, length), "latin1");
}

/** Padded with spaces; an odd last byte is zero. */
function ucs2(value: string, length: number): Buffer {
  const units = Math.floor(length / 2);
  return Buffer.concat([Buffer.from(value.padEnd(units).slice(0, units), "utf16le").swap16()], length);
}

function terminator(): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.writeUInt8(255, 0);
  sector.write("CD001\x01", 1, "latin1");
  return sector;
}

class SectorWriter {
  readonly #to: FileHandle;
  constructor(to: FileHandle) {
    this.#to = to;
  }

  async writeAt(sector: number, bytes: Uint8Array): Promise<void> {
    await this.#write(sector * SECTOR, bytes);
  }

  async writeFile(sector: number, file: TreeFile): Promise<void> {
    let at = sector * SECTOR;
    const end = at + file.size;
    for await (const chunk of readContent(file.content)) {
      const part = chunk.subarray(0, end - at);
      await this.#write(at, part);
      at += part.length;
    }
    if (at < end) throw new IsoError(`"${file.name}" became shorter while it was read`);
  }

  async #write(position: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#to.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}
