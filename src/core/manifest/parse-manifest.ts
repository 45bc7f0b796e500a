/** What the post-processor `manifest` writes, as Packer's does. Members that are not known here are kept. */
export interface Manifest {
  readonly builds: readonly ManifestEntry[];
  readonly last_run_uuid: string;
}

export interface ManifestEntry {
  readonly name: string;
  readonly builder_type: string;
  /** Seconds since 1970; 0 with `strip_time`. */
  readonly build_time: number;
  readonly files: readonly { readonly name: string; readonly size?: number }[] | null;
  readonly artifact_id: string;
  readonly packer_run_uuid: string;
  readonly custom_data: Readonly<Record<string, string>> | null;
  /** The kind of artifact; Packer's own entries have none. */
  readonly builder_id?: string;
}

/** `undefined` for text that is no manifest. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || typeof value["last_run_uuid"] !== "string") return false;
  return Array.isArray(value["builds"]) && value["builds"].every(isManifestEntry);
}

export function isManifestEntry(value: unknown): value is ManifestEntry {
  if (!isObject(value)) return false;
  const { name, builder_type: type, artifact_id: id, packer_run_uuid: run, build_time: time, files } = value;
  const isKind = value["builder_id"] === undefined || typeof value["builder_id"] === "string";
  const areTexts = [name, type, id, run].every((text) => typeof text === "string");
  const areFiles = files === null || files === undefined || (Array.isArray(files) && files.every(isFile));
  return areTexts && isKind && typeof time === "number" && areFiles;
}

const isFile = (value: unknown): boolean => isObject(value) && typeof value["name"] === "string";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
