import type { ArtifactSummary, BuildEvent, Leftover } from "../sdk/event.ts";
import { redactDiagnostic } from "./redact-diagnostic.ts";
import type { Redactor } from "./redact.ts";

/** Who reads: a person, for whom everything is masked, or a program, which has to find what is named. */
export type Reader = "person" | "program";

/**
 * The event with every text in it masked that imgbuild did not choose itself. Its own vocabulary (kinds, outcomes,
 * units, diagnostic codes) stays: a secret `failed` must not make an event unreadable. For a program names, ids and paths
 * stay, too: it could do nothing with others.
 */
export function redactEvent(event: BuildEvent, redactor: Redactor, reader: Reader = "person"): BuildEvent {
  if (event.kind === "diagnostic")
    return { kind: "diagnostic", diagnostic: redactDiagnostic(event.diagnostic, redactor, reader) };
  const redacted = redactor.value(event);
  return redacted === event ? event : restoreOwn(event, redacted, { redactor, reader });
}

/** What a program reads of an event whose free texts are masked already, with the names masked for a person. */
export function maskNames(event: BuildEvent, redactor: Redactor): BuildEvent {
  const policyOf: Readonly<Record<string, Policy>> = policies[event.kind];
  const members = Object.entries(event).map(([name, value]) => [
    name,
    policyOf[name] === "name" ? redactor.value<unknown>(value) : (value as unknown),
  ]);
  return Object.fromEntries(members) as BuildEvent;
}

type EventOf<Kind extends BuildEvent["kind"]> = Extract<BuildEvent, { kind: Kind }>;
/**
 * `masked`: a user or another program may have chosen it. `name`: so they may, but it is how something is found. `own`: it
 * is imgbuild's, and stays. The others hold texts and names.
 */
type Policy = "masked" | "name" | "own" | "artifact" | "artifacts" | "leftovers";
type Policies<Kind extends BuildEvent["kind"]> = { readonly [Member in keyof EventOf<Kind>]-?: Policy };

const kind = "own";
const build = "name";
const spoken = { kind, build, postProcessor: "name", text: "masked" } as const;

/** Every member of every kind: a new one does not compile until it has its policy. */
const policies: { readonly [Kind in BuildEvent["kind"]]: Policies<Kind> } = {
  "run-started": { kind, runId: "name", builds: "name", template: "name" },
  "build-started": { kind, build },
  "step-started": { kind, build, step: "name" },
  "step-finished": { kind, build, step: "name", outcome: "own", durationMs: "own" },
  "cleanup-started": { kind, build, what: "masked" },
  "cleanup-failed": { kind, build, what: "masked", message: "masked", manualCommand: "name" },
  say: spoken,
  warning: spoken,
  error: { ...spoken, hint: "masked", asked: "own", step: "masked" },
  waiting: { kind, build, what: "masked", elapsedMs: "own", limitMs: "own" },
  output: { ...spoken, stream: "own", inRaw: "own" },
  progress: { kind, build, label: "masked", done: "own", total: "own", unit: "own" },
  "post-processor-started": { kind, build, type: "name", name: "name" },
  artifact: { kind, build, artifact: "artifact" },
  "build-finished": {
    kind,
    build,
    outcome: "own",
    durationMs: "own",
    error: "masked",
    artifacts: "artifacts",
    steps: "name",
    logPath: "name",
    key: "own",
    leftovers: "leftovers",
    held: "own",
  },
  "run-finished": { kind, runId: "name", outcome: "own", durationMs: "own", held: "own" },
  diagnostic: { kind, diagnostic: "masked" },
  "raw-output": { kind, build, bytes: "own" },
  debug: { kind, build, topic: "masked", text: "masked", details: "masked" },
};

interface Reading {
  readonly redactor: Redactor;
  readonly reader: Reader;
}

function restoreOwn(event: BuildEvent, redacted: BuildEvent, { redactor, reader }: Reading): BuildEvent {
  const policyOf: Readonly<Record<string, Policy>> = policies[event.kind];
  // Redaction may have masked a key that spells a secret; the keys of an event are ours.
  const masked: readonly unknown[] = Object.values(redacted);
  const members = Object.entries(event).map(([name, original], index) => {
    const policy = policyOf[name] ?? "masked";
    if (policy === "own") return [name, original as unknown];
    if (policy === "masked" || reader === "person") return [name, masked[index]];
    return [name, restored[policy](original as never, redactor)];
  });
  return Object.fromEntries(members) as BuildEvent;
}

/** The members of results that a program reads, with the texts in them masked. */
const restored = {
  name: (value: unknown): unknown => value,
  artifact: redactArtifact,
  artifacts: (artifacts: readonly ArtifactSummary[], redactor: Redactor) =>
    artifacts.map((artifact) => redactArtifact(artifact, redactor)),
  leftovers: (leftovers: readonly Leftover[], redactor: Redactor) =>
    leftovers.map((leftover) => ({ ...leftover, description: redactor.text(leftover.description) })),
};

function redactArtifact(artifact: ArtifactSummary, redactor: Redactor): ArtifactSummary {
  return { ...artifact, description: redactor.text(artifact.description) };
}

interface Result {
  readonly error?: string | undefined;
  readonly artifacts: readonly ArtifactSummary[];
  readonly leftovers: readonly Leftover[];
}

/** How a build ended, for the record of its run: names, ids and paths stay, or nothing could be found by it. */
export function redactResult<R extends Result>(result: R, redactor: Redactor): R {
  const { error, artifacts, leftovers } = result;
  return {
    ...result,
    error: error === undefined ? undefined : redactor.text(error),
    artifacts: restored.artifacts(artifacts, redactor),
    leftovers: restored.leftovers(leftovers, redactor),
  };
}
