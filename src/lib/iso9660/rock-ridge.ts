import { bothEndian32, recordTime } from "./fields.ts";

/**
 * System use entries that give Unix names and modes.
 * Sources: System Use Sharing Protocol 1.12 (SP, CE, ER); Rock Ridge Interchange Protocol 1.09/1.10 (RR, PX, NM, TF).
 */
export interface PosixFacts {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly executable: boolean;
  readonly links: number;
  readonly modified: Date;
}

/** Read-only, as everything on a CD. */
const MODE = { directory: 0o040555, executable: 0o100555, file: 0o100444 } as const;

/** The entries of one directory record. A name is split where it is too long for one. */
export function rockRidgeEntries(facts: PosixFacts): readonly Buffer[] {
  const owner = bothEndian32(0);
  return [
    ...nameEntries(facts.name),
    entry("PX", Buffer.concat([bothEndian32(modeOf(facts)), bothEndian32(facts.links), owner, owner])),
    entry(
      "TF",
      Buffer.concat([
        Buffer.from([MODIFY | ACCESS | ATTRIBUTES]),
        ...Array.from({ length: 3 }, () => recordTime(facts.modified)),
      ]),
    ),
  ];
}

const MODIFY = 2;
const ACCESS = 4;
const ATTRIBUTES = 8;
const CONTINUES = 1;
const LONGEST_PART = 248;

function modeOf({ isDirectory, executable }: PosixFacts): number {
  if (isDirectory) return MODE.directory;
  return executable ? MODE.executable : MODE.file;
}

/** None for an empty name. */
function nameEntries(name: string): readonly Buffer[] {
  const bytes = Buffer.from(name, "utf8");
  const parts = Array.from({ length: Math.ceil(bytes.length / LONGEST_PART) }, (_, i) =>
    bytes.subarray(i * LONGEST_PART, (i + 1) * LONGEST_PART),
  );
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    return entry("NM", Buffer.concat([Buffer.from([isLast ? 0 : CONTINUES]), part]));
  });
}

/** Must be the first entry of the root's own record: announces that such entries are used. */
export const sharingProtocol: Buffer = entry("SP", Buffer.from([0xbe, 0xef, 0]));

/** Which extension is used; in the root's own record. */
export function extensionReference(): Buffer {
  const id = "RRIP_1991A";
  const description = "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS";
  const source = "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE";
  const lengths = Buffer.from([id.length, description.length, source.length, 1]);
  return entry("ER", Buffer.concat([lengths, Buffer.from(id + description + source, "latin1")]));
}

export const CONTINUATION_LENGTH = 28;

/** The rest of the entries lies elsewhere. */
export function continuation(sector: number, offset: number, length: number): Buffer {
  return entry("CE", Buffer.concat([bothEndian32(sector), bothEndian32(offset), bothEndian32(length)]));
}

function entry(signature: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature, "latin1"), Buffer.from([4 + data.length, 1]), data]);
}
