import type { TreeDirectory, TreeFile } from "../file-tree.ts";
import { baseLength, directoryRecord, LONGEST_RECORD, PARENT, SELF } from "./directory-record.ts";
import { SECTOR, sectorsFor } from "./fields.ts";
import type { Naming } from "./naming.ts";
import {
  CONTINUATION_LENGTH,
  continuation,
  extensionReference,
  rockRidgeEntries,
  sharingProtocol,
  type PosixFacts,
} from "./rock-ridge.ts";

/** A directory as it lies on the disc, in one of the two trees. */
interface PlacedDirectory {
  readonly directory: TreeDirectory;
  readonly parent: PlacedDirectory | undefined;
  readonly identifier: Buffer;
  readonly names: readonly Buffer[];
  readonly children: ReadonlyMap<TreeDirectory, PlacedDirectory>;
  readonly number: number;
  sector: number;
  /** Bytes of its records, and after them of entries that did not fit into one. */
  recordBytes: number;
  bytes: number;
}

/**
 * One of the trees of directories of a disc (ECMA-119 sections 6.8 and 9): sizes first, then places, then bytes, since
 * records hold the places of others.
 */
export class DirectoryTree {
  /** In the order of path tables: by level, then parent, then name. */
  readonly #directories: readonly PlacedDirectory[];
  readonly #withPosix: boolean;

  constructor(root: TreeDirectory, naming: Naming, withPosix: boolean) {
    this.#withPosix = withPosix;
    this.#directories = place(root, naming);
    for (const placed of this.#directories) this.#measure(placed);
  }

  get root(): { readonly sector: number; readonly size: number } {
    const { sector, recordBytes } = this.#directories[0]!;
    return { sector, size: recordBytes };
  }

  /** Gives each directory its place from `sector` on; returns the first sector after them. */
  assign(sector: number): number {
    for (const placed of this.#directories) {
      placed.sector = sector;
      sector += sectorsFor(placed.bytes);
    }
    return sector;
  }

  get pathTableBytes(): number {
    return this.#directories.reduce((sum, { identifier }) => sum + pathTableLength(identifier), 0);
  }

  /** ECMA-119 section 9.4. */
  pathTable(endian: "little" | "big"): Buffer {
    return Buffer.concat(
      this.#directories.map(({ identifier, sector, parent }) => {
        const row = Buffer.alloc(pathTableLength(identifier));
        row.writeUInt8(identifier.length, 0);
        if (endian === "little") row.writeUInt32LE(sector, 2);
        else row.writeUInt32BE(sector, 2);
        const parentNumber = parent?.number ?? 1;
        if (endian === "little") row.writeUInt16LE(parentNumber, 6);
        else row.writeUInt16BE(parentNumber, 6);
        identifier.copy(row, 8);
        return row;
      }),
    );
  }

  /** All directories, in whole sectors, one after the other. */
  *render(fileSector: ReadonlyMap<TreeFile, number>): Generator<Buffer> {
    for (const placed of this.#directories) yield this.#renderOne(placed, fileSector);
  }

  #measure(placed: PlacedDirectory): void {
    const sink = new RecordSink(0, 0);
    this.#writeRecords(placed, new Map(), sink);
    placed.recordBytes = sink.recordBytes;
    placed.bytes = sink.recordBytes + sink.overflowBytes;
  }

  #renderOne(placed: PlacedDirectory, fileSector: ReadonlyMap<TreeFile, number>): Buffer {
    const sink = new RecordSink(placed.sector, placed.recordBytes);
    this.#writeRecords(placed, fileSector, sink);
    return sink.finish(sectorsFor(placed.bytes) * SECTOR);
  }

  #writeRecords(placed: PlacedDirectory, fileSector: ReadonlyMap<TreeFile, number>, sink: RecordSink): void {
    const { directory } = placed;
    const parent = placed.parent ?? placed;
    this.#add(sink, SELF, placed, this.#selfEntries(placed));
    this.#add(sink, PARENT, parent, this.#posix({ ...facts(parent.directory), name: "" }));
    for (const [index, child] of directory.children.entries()) {
      const identifier = placed.names[index]!;
      const entries = this.#posix(facts(child));
      if (child.kind === "directory") this.#add(sink, identifier, placed.children.get(child)!, entries);
      else {
        // An empty file has no sector.
        const sector = (child.size > 0 && fileSector.get(child)) || 0;
        sink.add({ identifier, sector, size: child.size, modified: child.modified, isDirectory: false }, entries);
      }
    }
  }

  #add(
    sink: RecordSink,
    identifier: Buffer,
    { directory, sector, recordBytes }: PlacedDirectory,
    entries: readonly Buffer[],
  ): void {
    sink.add({ identifier, sector, size: recordBytes, modified: directory.modified, isDirectory: true }, entries);
  }

  #selfEntries(placed: PlacedDirectory): readonly Buffer[] {
    const own = this.#posix({ ...facts(placed.directory), name: "" });
    const isPosixRoot = this.#withPosix && !placed.parent;
    return isPosixRoot ? [sharingProtocol, ...own, extensionReference()] : own;
  }

  #posix(posix: PosixFacts): readonly Buffer[] {
    return this.#withPosix ? rockRidgeEntries(posix) : [];
  }
}

/** Puts records into sectors, none across a boundary, and what is too long for a record after them. */
class RecordSink {
  recordBytes = 0;
  overflowBytes = 0;
  #at = 0;
  readonly #records: { readonly at: number; readonly bytes: Buffer }[] = [];
  readonly #overflow: { readonly at: number; readonly bytes: Buffer }[] = [];
  readonly #sector: number;
  readonly #overflowStart: number;

  constructor(sector: number, overflowStart: number) {
    this.#sector = sector;
    this.#overflowStart = overflowStart;
  }

  add(fields: Omit<Parameters<typeof directoryRecord>[0], "systemUse">, entries: readonly Buffer[]): void {
    const record = directoryRecord({ ...fields, systemUse: this.#fit(baseLength(fields.identifier), entries) });
    if ((this.#at % SECTOR) + record.length > SECTOR) this.#at = sectorsFor(this.#at) * SECTOR;
    this.#records.push({ at: this.#at, bytes: record });
    this.#at += record.length;
    // A directory's size is counted in whole sectors.
    this.recordBytes = sectorsFor(this.#at) * SECTOR;
  }

  #fit(used: number, entries: readonly Buffer[]): Buffer {
    const all = Buffer.concat(entries);
    if (used + all.length <= LONGEST_RECORD) return all;
    const inside: Buffer[] = [];
    const outside: Buffer[] = [];
    let room = LONGEST_RECORD - used - CONTINUATION_LENGTH;
    for (const entry of entries) {
      const fits = outside.length === 0 && entry.length <= room;
      (fits ? inside : outside).push(entry);
      if (fits) room -= entry.length;
    }
    return Buffer.concat([...inside, this.#continue(Buffer.concat(outside))]);
  }

  #continue(bytes: Buffer): Buffer {
    // A continuation area may not cross a sector.
    if ((this.overflowBytes % SECTOR) + bytes.length > SECTOR)
      this.overflowBytes = sectorsFor(this.overflowBytes) * SECTOR;
    const at = this.#overflowStart + this.overflowBytes;
    this.#overflow.push({ at, bytes });
    this.overflowBytes += bytes.length;
    return continuation(this.#sector + Math.floor(at / SECTOR), at % SECTOR, bytes.length);
  }

  finish(size: number): Buffer {
    const result = Buffer.alloc(size);
    for (const { at, bytes } of [...this.#records, ...this.#overflow]) bytes.copy(result, at);
    return result;
  }
}

function facts(node: TreeDirectory | TreeFile): PosixFacts {
  return {
    name: node.name,
    isDirectory: node.kind === "directory",
    executable: node.kind === "file" && node.executable,
    links: linksTo(node),
    modified: node.modified,
  };
}

/** A directory is linked to by its parent, by itself, and by each directory in it. */
function linksTo(node: TreeDirectory | TreeFile): number {
  if (node.kind === "file") return 1;
  return 2 + node.children.filter(({ kind }) => kind === "directory").length;
}

const pathTableLength = (identifier: Buffer): number => 8 + identifier.length + (identifier.length % 2);

/** Level by level, so that parents come before their children. */
function place(root: TreeDirectory, naming: Naming): readonly PlacedDirectory[] {
  const placed: PlacedDirectory[] = [];
  const add = (directory: TreeDirectory, parent: PlacedDirectory | undefined, identifier: Buffer): PlacedDirectory => {
    const sorted = sortByEncodedName(directory, naming);
    const one = {
      ...sorted,
      parent,
      identifier,
      children: new Map(),
      number: placed.length + 1,
      sector: 0,
      recordBytes: 0,
      bytes: 0,
    };
    placed.push(one);
    return one;
  };
  add(root, undefined, SELF);
  for (const current of placed) {
    for (const [index, child] of current.directory.children.entries()) {
      if (child.kind === "directory")
        (current.children as Map<TreeDirectory, PlacedDirectory>).set(
          child,
          add(child, current, current.names[index]!),
        );
    }
  }
  return placed;
}

/** Records lie in the order of their encoded names (section 9.3). */
function sortByEncodedName(
  directory: TreeDirectory,
  naming: Naming,
): { readonly directory: TreeDirectory; readonly names: readonly Buffer[] } {
  const names = naming.encode(
    directory.children.map(({ name }) => name),
    (index) => directory.children[index]!.kind === "directory",
  );
  const order = names
    .map((name, index) => ({ name, child: directory.children[index]! }))
    .sort((a, b) => a.name.compare(b.name));
  return {
    directory: { ...directory, children: order.map(({ child }) => child) },
    names: order.map(({ name }) => name),
  };
}
