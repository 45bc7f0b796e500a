import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../lib/ensure-directory.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import type { Artifact } from "../sdk/artifact.ts";
import type { GeneratedData } from "../sdk/component.ts";
import { BuildError } from "../sdk/error.ts";
import { fileArtifact } from "../owned/file-artifact.ts";
import type { BuildIdentity } from "../sdk/run.ts";

/**
 * A builder's artifact as written beside the run record, so that post-processing can be repeated in another process.
 */
export interface ArtifactRecord {
  readonly version: 1;
  readonly build: BuildIdentity;
  readonly data: GeneratedData;
  readonly artifact: RecordedArtifact;
  /** What each chain of post-processors has finished; absent in records of earlier versions. */
  readonly chains?: readonly (readonly LinkRecord[])[] | undefined;
}

export type RecordedArtifact = Omit<Artifact, "destroy">;

/** A post-processor that ran. */
export interface LinkRecord {
  /** Of its type, name and arguments. */
  readonly fingerprint: string;
  /** What the component said about its input. */
  readonly keepInput: boolean;
  readonly mustKeepInput?: boolean | undefined;
  /** `input`: the artifact it was given; `null`: none. */
  readonly output: RecordedArtifact | "input" | null;
}

/**
 * `redact` masks secrets in what is only read by people, and the credentials of the machine. Names, ids and paths stay: by
 * them the artifact is found again.
 */
export async function recordArtifact(
  path: string,
  record: Omit<ArtifactRecord, "version">,
  redact: (text: string) => string,
): Promise<void> {
  const maskedLink = (link: LinkRecord): LinkRecord => {
    const hasOutput = link.output !== null && link.output !== "input";
    return hasOutput ? { ...link, output: maskedArtifact(link.output, redact) } : link;
  };
  const masked: ArtifactRecord = {
    version: 1,
    build: record.build,
    data: withoutCredentials(record.data, redact),
    artifact: maskedArtifact(record.artifact, redact),
    chains: record.chains?.map((links) => links.map(maskedLink)),
  };
  const text = JSON.stringify(masked, undefined, 2);
  await ensureDirectory(dirname(path), 0o700);
  await writeFileAtomic(path, `${text}\n`, { mode: 0o600 });
}

/** As it may be written down. Plugins put the credentials of the machine into the state of its artifact, too. */
export function maskedArtifact(artifact: RecordedArtifact, redact: (text: string) => string): RecordedArtifact {
  const { destroy: _, ...facts } = artifact as Artifact;
  const { generated_data: data } = facts.state as { readonly generated_data?: unknown };
  const state = isObject(data)
    ? { ...facts.state, generated_data: withoutCredentials(data as GeneratedData, redact) }
    : facts.state;
  return { ...facts, description: redact(facts.description), state };
}

const CREDENTIALS = /password|private|token|secret/i;

function withoutCredentials(data: GeneratedData, redact: (text: string) => string): GeneratedData {
  const mask = ([name, value]: readonly [string, unknown]): readonly [string, unknown] => {
    const isCredential = CREDENTIALS.test(name) && typeof value === "string" && value !== "";
    return [name, isCredential ? redact(value) : value];
  };
  return Object.fromEntries(Object.entries(data).map(mask)) as GeneratedData;
}

export function artifactRecordPath(runDirectory: string, build: BuildIdentity): string {
  return join(runDirectory, "artifacts", `${build.name.replaceAll(/[^A-Za-z0-9._-]/g, "-")}.json`);
}

/** `undefined` when there is none (the build made no artifact, or had no post-processors). */
export async function readArtifactRecord(path: string): Promise<ArtifactRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, "utf8"));
    return isArtifactRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

export function isArtifactRecord(value: unknown): value is ArtifactRecord {
  if (!isObject(value) || value["version"] !== 1) return false;
  const { build, data, artifact, chains } = value;
  if (!isObject(build) || !isObject(data) || typeof build["name"] !== "string") return false;
  const areLinks = chains === undefined || (Array.isArray(chains) && chains.every(isLinks));
  return isArtifact(artifact) && areLinks;
}

function isArtifact(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { builderId, id, files, description, state } = value;
  const areTexts = [builderId, id, description].every((text) => typeof text === "string");
  return areTexts && isObject(state) && Array.isArray(files) && files.every((file) => typeof file === "string");
}

function isLinks(value: unknown): boolean {
  return Array.isArray(value) && value.every(isLink);
}

function isLink(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { fingerprint, output } = value;
  return typeof fingerprint === "string" && (output === null || output === "input" || isArtifact(output));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The artifact that a record describes. One that does not consist of files cannot be destroyed from its record. */
export function revive(artifact: RecordedArtifact): Artifact {
  const { builderId, files, description, ...more } = artifact;
  if (files.length > 0) return fileArtifact(builderId, files, description, more);
  const refuse = () => Promise.reject(new BuildError(`"${description}" was made by an earlier run and is left alone`));
  return { ...artifact, destroy: refuse };
}
