import { readContent, type TreeDirectory, type TreeFile } from "./file-tree.ts";
import { shortNames } from "./fat-short-name.ts";

/**
 * A 1.44 MB floppy disk with FAT12 and long names.
 * Sources: ECMA-107 (Volume and file structure of disk cartridges); Microsoft FAT specification, 2005 (long names).
 */
const SECTOR = 512;
const SECTORS = 2880;
const RESERVED = 1;
const FATS = 2;
const SECTORS_PER_FAT = 9;
const ROOT_ENTRIES = 224;
const ENTRY = 32;
const ROOT_START = (RESERVED + FATS * SECTORS_PER_FAT) * SECTOR;
const DATA_START = ROOT_START + ROOT_ENTRIES * ENTRY;
/** Clusters are single sectors, numbered from 2. */
const CLUSTERS = SECTORS - DATA_START / SECTOR;
const END_OF_CHAIN = 0xfff;

const ATTRIBUTE = { volumeLabel: 0x08, directory: 0x10, archive: 0x20, longName: 0x0f } as const;

/** Something that a floppy disk cannot hold, or that does not fit. */
export class FloppyError extends Error {
  override readonly name = "FloppyError";
}

export async function createFat12Image(root: TreeDirectory, label: string): Promise<Buffer> {
  const disk = new Disk();
  disk.writeBootSector(label);
  const entries = await disk.writeChildren(root, 0);
  const volume = { attribute: ATTRIBUTE.volumeLabel, cluster: 0, size: 0 };
  const labelEntry = shortEntry(label.toUpperCase().padEnd(11), root.modified, volume);
  disk.writeRoot(Buffer.concat([labelEntry, ...entries]));
  return disk.finish();
}

class Disk {
  readonly #image = Buffer.alloc(SECTORS * SECTOR);
  readonly #fat: number[] = [0xff0, 0xfff];

  /** Writes what is in a directory and returns the directory's entries for it. */
  async writeChildren(directory: TreeDirectory, ownCluster: number): Promise<readonly Buffer[]> {
    const short = shortNames(directory.children.map(({ name }) => name));
    const entries: Buffer[] = [];
    for (const [index, child] of directory.children.entries()) {
      if (/["*:<>?\\|\p{Cc}]/u.test(child.name))
        throw new FloppyError(`"${child.name}" cannot be a name on a floppy disk`);
      entries.push(
        ...longEntries(child.name, short[index]!),
        shortEntry(short[index]!, child.modified, await this.#writeChild(child, ownCluster)),
      );
    }
    return entries;
  }

  async #writeChild(child: TreeFile | TreeDirectory, ownCluster: number): Promise<EntryFacts> {
    if (child.kind === "file")
      return { attribute: ATTRIBUTE.archive, cluster: await this.#writeFile(child), size: child.size };
    const cluster = await this.#writeDirectory(child, ownCluster);
    return { attribute: ATTRIBUTE.directory, cluster, size: 0 };
  }

  async #writeFile(file: TreeFile): Promise<number> {
    if (file.size === 0) return 0;
    const clusters = this.#allocate(Math.ceil(file.size / SECTOR), file.name);
    const chunks: Uint8Array[] = [];
    for await (const chunk of readContent(file.content)) chunks.push(chunk);
    this.#writeClusters(clusters, Buffer.concat(chunks, file.size));
    return clusters[0]!;
  }

  async #writeDirectory(directory: TreeDirectory, parentCluster: number): Promise<number> {
    // Its size is known before its contents are written, and "." needs its place.
    const needed = 2 + entryCount(directory);
    const clusters = this.#allocate(Math.ceil((needed * ENTRY) / SECTOR), directory.name);
    const own = clusters[0]!;
    const children = await this.writeChildren(directory, own);
    const dot = (name: string, cluster: number): Buffer =>
      shortEntry(name.padEnd(11), directory.modified, { attribute: ATTRIBUTE.directory, cluster, size: 0 });
    const dots = [dot(".", own), dot("..", parentCluster)];
    this.#writeClusters(clusters, Buffer.concat([...dots, ...children]));
    return own;
  }

  #allocate(count: number, name: string): readonly number[] {
    const first = this.#fat.length;
    if (first + count > CLUSTERS + 2)
      throw new FloppyError(`"${name}" does not fit any more: a floppy disk holds ${CLUSTERS * SECTOR} bytes`);
    const clusters = Array.from({ length: count }, (_, index) => first + index);
    // Each entry gives the next cluster.
    this.#fat.push(...clusters.slice(1), END_OF_CHAIN);
    return clusters;
  }

  #writeClusters(clusters: readonly number[], data: Buffer): void {
    // Allocated together, so they are contiguous.
    data.copy(this.#image, DATA_START + (clusters[0]! - 2) * SECTOR);
  }

  writeRoot(entries: Buffer): void {
    if (entries.length > ROOT_ENTRIES * ENTRY) {
      throw new FloppyError(
        `The top directory of a floppy disk holds ${ROOT_ENTRIES} names (long ones count several times)`,
      );
    }
    entries.copy(this.#image, ROOT_START);
  }

  writeBootSector(label: string): void {
    const boot = this.#image;
    boot.set([0xeb, 0x3c, 0x90], 0);
    boot.write("MSDOS5.0", 3, "latin1");
    boot.writeUInt16LE(SECTOR, 11);
    boot.writeUInt8(1, 13);
    boot.writeUInt16LE(RESERVED, 14);
    boot.writeUInt8(FATS, 16);
    boot.writeUInt16LE(ROOT_ENTRIES, 17);
    boot.writeUInt16LE(SECTORS, 19);
    boot.writeUInt8(0xf0, 21);
    boot.writeUInt16LE(SECTORS_PER_FAT, 22);
    boot.writeUInt16LE(18, 24);
    boot.writeUInt16LE(2, 26);
    boot.writeUInt8(0x29, 38);
    boot.write(label.toUpperCase().padEnd(11), 43, 11, "latin1");
    boot.write("FAT12   ", 54, "latin1");
    boot.set([0x55, 0xaa], 510);
  }

  /** Two entries of 12 bits in three bytes. */
  finish(): Buffer {
    const table = Buffer.alloc(SECTORS_PER_FAT * SECTOR);
    for (const [index, value] of this.#fat.entries()) {
      const offset = index + (index >> 1);
      const word = table.readUInt16LE(offset);
      // Two values in three bytes.
      if (index % 2 === 0) table.writeUInt16LE((word & 0xf000) | value, offset);
      else table.writeUInt16LE((word & 0x000f) | (value << 4), offset);
    }
    for (let copy = 0; copy < FATS; copy++) table.copy(this.#image, (RESERVED + copy * SECTORS_PER_FAT) * SECTOR);
    return this.#image;
  }
}

function entryCount({ children }: TreeDirectory): number {
  const short = shortNames(children.map(({ name }) => name));
  return children.reduce((sum, { name }, index) => sum + 1 + longEntries(name, short[index]!).length, 0);
}

/** What an entry says of a file or directory that has been written. */
interface EntryFacts {
  readonly attribute: number;
  readonly cluster: number;
  readonly size: number;
}

function shortEntry(name: string, modified: Date, { attribute, cluster, size }: EntryFacts): Buffer {
  const entry = Buffer.alloc(ENTRY);
  entry.write(name, 0, 11, "latin1");
  entry.writeUInt8(attribute, 11);
  const { date, time } = dosDateTime(modified);
  entry.writeUInt16LE(time, 14);
  entry.writeUInt16LE(date, 16);
  entry.writeUInt16LE(date, 18);
  entry.writeUInt16LE(time, 22);
  entry.writeUInt16LE(date, 24);
  entry.writeUInt16LE(cluster, 26);
  entry.writeUInt32LE(size, 28);
  return entry;
}

/** DOS knows no time zone; UTC makes equal input give equal images. Years before 1980 become 1980. */
function dosDateTime(at: Date): { readonly date: number; readonly time: number } {
  const year = Math.min(Math.max(at.getUTCFullYear() - 1980, 0), 127);
  return {
    date: (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

const UNITS_PER_ENTRY = 13;
const LAST_LONG_ENTRY = 0x40;

/** The entries that carry a long name, last part first; none where the short name is the same. */
function longEntries(name: string, short: string): readonly Buffer[] {
  if (displayed(short) === name) return [];
  const count = Math.ceil(name.length / UNITS_PER_ENTRY);
  const units = Buffer.alloc(count * UNITS_PER_ENTRY * 2, 0xff);
  // Terminated if there is room.
  units.write(`${name}\0`, "utf16le");
  const checksum = shortNameChecksum(short);
  return Array.from({ length: count }, (_, index) => {
    const part = count - index;
    const text = units.subarray((part - 1) * UNITS_PER_ENTRY * 2, part * UNITS_PER_ENTRY * 2);
    const entry = Buffer.alloc(ENTRY);
    const mark = index === 0 ? LAST_LONG_ENTRY : 0;
    entry.writeUInt8(part | mark, 0);
    text.copy(entry, 1, 0, 10);
    entry.writeUInt8(ATTRIBUTE.longName, 11);
    entry.writeUInt8(checksum, 13);
    text.copy(entry, 14, 10, 22);
    text.copy(entry, 28, 22, 26);
    return entry;
  });
}

function displayed(short: string): string {
  return `${short.slice(0, 8).trimEnd()}.${short.slice(8).trimEnd()}`.replace(/\.$/, "");
}

function shortNameChecksum(short: string): number {
  return [...Buffer.from(short, "latin1")].reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}
