import type { BuildIdentity } from "../../sdk/run.ts";
import { isInside, staysInside } from "./portable.ts";

/**
 * What a store keeps of one build, as `builds/KEY.json`. It is written after the files it names, so that it names none that was
 * not there. Paths are relative to the directory the build ran in, with `/`.
 */
export interface StoredBuild {
  readonly version: typeof RECORD_VERSION;
  /** Of all that the build depended on (`core/plan/content-key.ts`). */
  readonly key: string;
  readonly build: BuildIdentity;
  /** As the user named it. */
  readonly template: string;
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly durationMs: number;
  /** Of all artifacts that were left in the end. */
  readonly files: readonly StoredFile[];
  /** Those artifacts, portable (`portable.ts`). */
  readonly artifacts: readonly unknown[];
  /** What later stages start from: an `ArtifactRecord`, portable. */
  readonly recipe: unknown;
}

export interface StoredFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Lower-case hexadecimal; the content is `blobs/AB/SHA256`. */
  readonly sha256: string;
  /** The permission bits. */
  readonly mode: number;
}

export const RECORD_VERSION = 1;
/** Names the format. */
export const MARKER = "imgbuild-store.json";
export const RECORDS = "builds/";
export const BLOBS = "blobs/";

export const recordName = (key: string): string => `${RECORDS}${key}.json`;
export const blobName = (sha256: string): string => `${BLOBS}${sha256.slice(0, 2)}/${sha256}`;

/** `undefined` for what is no such record, or names files that lead elsewhere: anybody may have written to a store. */
export function parseStoredBuild(text: string): StoredBuild | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStoredBuild(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStoredBuild(value: unknown): value is StoredBuild {
  if (!isObject(value) || value["version"] !== RECORD_VERSION) return false;
  const { key, build, template, runId, storedAt, durationMs, files, artifacts, recipe } = value;
  const isNamed = isDigest(key) && isIdentity(build) && typeof template === "string" && /^[\w-]+$/.test(String(runId));
  const isTimed = [storedAt, durationMs].every((time) => typeof time === "number" && Number.isFinite(time));
  const isPortable = Array.isArray(artifacts) && isObject(recipe) && staysInside([artifacts, recipe]);
  return isNamed && isTimed && isPortable && Array.isArray(files) && files.every(isStoredFile) && areDistinct(files);
}

const isDigest = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

function isIdentity(value: unknown): boolean {
  if (!isObject(value)) return false;
  return [value["name"], value["builderType"], value["sourceName"]].every((text) => typeof text === "string");
}

function isStoredFile(value: unknown): value is StoredFile {
  if (!isObject(value)) return false;
  const { path, size, sha256, mode } = value;
  const isSized = Number.isSafeInteger(size) && (size as number) >= 0;
  const isMode = Number.isInteger(mode) && ((mode as number) & ~0o777) === 0;
  return typeof path === "string" && isInside(path) && isSized && isDigest(sha256) && isMode;
}

function areDistinct(files: readonly StoredFile[]): boolean {
  return new Set(files.map(({ path }) => path)).size === files.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
