import type { ArchiveEntry } from "./entry.ts";

/**
 * The header blocks of a regular file. Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header";
 * the extended one is there only where the plain one has no room for the name or the size.
 */
export function tarHeader({ name, size, mode }: Pick<ArchiveEntry, "name" | "size" | "mode">, time: Date): Buffer {
  const records: [string, string][] = [];
  if (!fitsName(name)) records.push(["path", name]);
  if (size > SIZE_MAX) records.push(["size", String(size)]);
  const plain = ustar({
    name: Buffer.from(name).subarray(0, NAME_BYTES),
    size: Math.min(size, SIZE_MAX),
    mode,
    time,
    type: "0",
  });
  if (records.length === 0) return plain;
  const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(""));
  const extended = ustar({ name: Buffer.from("PaxHeader"), size: body.length, mode: 0o644, time, type: "x" });
  return Buffer.concat([extended, body, Buffer.alloc(tarPadding(body.length)), plain]);
}

/** Everything in an archive begins at a multiple of this many bytes. */
export const BLOCK = 512;

/** How many zeros follow `size` bytes. */
export function tarPadding(size: number): number {
  return -size & (BLOCK - 1);
}

const NAME_BYTES = 100;
/** Eleven octal digits: 8 GiB less one byte. */
const SIZE_MAX = 0o77777777777;

interface Fields {
  readonly name: Buffer;
  readonly size: number;
  readonly mode: number;
  readonly time: Date;
  readonly type: "0" | "x";
}

function ustar(fields: Fields): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.set(fields.name);
  octal(header, 100, 8, fields.mode);
  octal(header, 108, 8, 0);
  octal(header, 116, 8, 0);
  octal(header, 124, 12, fields.size);
  octal(header, 136, 12, Math.floor(fields.time.getTime() / 1000));
  header.write(fields.type, 156);
  header.write("ustar\u000000", 257, "latin1");
  header.write("root", 265);
  header.write("root", 297);
  octal(header, 329, 8, 0);
  octal(header, 337, 8, 0);
  // The sum counts its own field as spaces.
  header.fill(" ", 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "latin1",
  );
  return header;
}

function octal(header: Buffer, offset: number, width: number, value: number): void {
  header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1");
}

/** Old readers take the bytes of a name to be ASCII; only the extended header says UTF-8. */
function fitsName(name: string): boolean {
  return Buffer.byteLength(name) <= NAME_BYTES && Buffer.byteLength(name) === name.length;
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length > length) length++;
  return `${length}${rest}`;
}
