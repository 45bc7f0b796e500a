import type { ArtifactSummary, Outcome } from "../../sdk/event.ts";
import { isObject } from "./parse-manifest.ts";

/** A build of a metadata file, with what its file says of the run. Members that are not known here are kept. */
export interface MetadataBuild {
  readonly build: string;
  readonly template: string;
  readonly runId: string;
  /** Of its run, as ISO 8601 writes times. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly error?: string;
  readonly key?: string;
  readonly artifacts: readonly ArtifactSummary[];
}

/** The builds of a file of `-metadata-file`, or of several merged; `undefined` where it is none. */
export function metadataBuilds(value: Readonly<Record<string, unknown>>): readonly MetadataBuild[] | undefined {
  const { version, builds, template, runId, startedAt, finishedAt } = value;
  if (version !== 1 || !Array.isArray(builds)) return undefined;
  const ofRun = { template, runId, startedAt, finishedAt };
  const whole = builds.map((build: unknown) => (isObject(build) ? { ...ofRun, ...build } : undefined));
  return whole.every(isBuild) ? whole : undefined;
}

function isBuild(value: unknown): value is MetadataBuild {
  if (!isObject(value)) return false;
  const { build, template, runId, startedAt, finishedAt, outcome, durationMs, artifacts } = value;
  const areTexts = [build, template, runId].every((text) => typeof text === "string");
  const areTimes = [startedAt, finishedAt].every((time) => typeof time === "string" && !Number.isNaN(Date.parse(time)));
  const isEnded = OUTCOMES.some((known) => known === outcome) && typeof durationMs === "number";
  return areTexts && areTimes && isEnded && Array.isArray(artifacts) && artifacts.every(isArtifact);
}

const OUTCOMES: readonly Outcome[] = ["succeeded", "failed", "cancelled"];

function isArtifact(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, description, files } = value;
  const areTexts = typeof id === "string" && typeof description === "string";
  return areTexts && Array.isArray(files) && files.every((file) => isObject(file) && typeof file["path"] === "string");
}
