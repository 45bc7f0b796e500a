import type { NamedValues } from "./named-values.ts";
import type { CodecName } from "../../lib/compress/block-codec.ts";

/** A file of a checkpoint: an object of the store. */
export interface StoredFile {
  /** SHA-256 of the object, lower-case hexadecimal. */
  readonly object: string;
  /** Of the object, in bytes. */
  readonly size: number;
  /** How the object is packed (`lib/compress/packed-file.ts`); absent: as it is. */
  readonly packed?: CodecName | undefined;
}

/** What the store keeps of one checkpoint. The file is written last: a record whose files are not all there never was. */
export interface CheckpointRecord {
  readonly version: typeof RECORD_VERSION;
  readonly key: string;
  /** Key of the step before; absent for the machine itself. */
  readonly parent?: string | undefined;
  /** Absolute path. */
  readonly template: string;
  readonly build: string;
  /** 0: the machine let us in; n: provisioner n has run. */
  readonly step: number;
  /** Of `step`, in words. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Keyed digests of what the last step depends on, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables and local values of the template. */
  readonly values?: NamedValues | undefined;
  /** SHA-256 of files of this computer that the steps so far have written, by absolute path. */
  readonly outputs: Readonly<Record<string, string>>;
  /** By role. */
  readonly files: Readonly<Record<string, StoredFile>>;
  /** The builder's own. */
  readonly facts: unknown;
}

const RECORD_VERSION = 1;

/** Where the records of shared checkpoints are in a store of several machines. */
export const CHECKPOINTS = "checkpoints/";

/** `undefined` for what is not a record of this version: cut off, damaged, or written by another version. */
export function parseRecord(text: string): CheckpointRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<CheckpointRecord> | null;
    return value !== null && isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: Partial<CheckpointRecord>): value is CheckpointRecord {
  if (value.version !== RECORD_VERSION) return false;
  const texts = [value.key, value.template, value.build, value.name];
  const numbers = [value.step, value.createdAt];
  const tables = [value.inputs, value.outputs, value.files, value.values ?? {}];
  if (!texts.every((text) => typeof text === "string") || !numbers.every(Number.isFinite)) return false;
  if (!tables.every((table) => typeof table === "object" && table !== null)) return false;
  return Object.values(value.files!).every(isStoredFile);
}

function isStoredFile(file: Partial<StoredFile> | null): boolean {
  const isPackedAsKnown = file?.packed === undefined || ["zstd", "deflate"].includes(file.packed);
  return /^[0-9a-f]{64}$/.test(file?.object ?? "") && Number.isSafeInteger(file?.size) && isPackedAsKnown;
}
