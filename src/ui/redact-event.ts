import type { BuildEvent } from "../sdk/event.ts";
import { redactDiagnostic } from "./redact-diagnostic.ts";
import type { Redactor } from "./redact.ts";

/**
 * The event with every text in it masked that imgbuild did not choose itself. Its own vocabulary (kinds, outcomes,
 * units, diagnostic codes) stays: a secret `failed` must not make an event unreadable.
 */
export function redactEvent(event: BuildEvent, redactor: Redactor): BuildEvent {
  if (event.kind === "diagnostic")
    return { kind: "diagnostic", diagnostic: redactDiagnostic(event.diagnostic, redactor) };
  const redacted = redactor.value(event);
  return redacted === event ? event : restoreOwn(event, redacted);
}

type EventOf<Kind extends BuildEvent["kind"]> = Extract<BuildEvent, { kind: Kind }>;
/** `masked`: a user or another program may have chosen it. `own`: it is imgbuild's, and stays. */
type Policy = "masked" | "own";
type Policies<Kind extends BuildEvent["kind"]> = { readonly [Member in keyof EventOf<Kind>]-?: Policy };

const kind = "own";
const build = "masked";
const spoken = { kind, build, postProcessor: "masked", text: "masked" } as const;

/** Every member of every kind: a new one does not compile until it has its policy. */
const policies: { readonly [Kind in BuildEvent["kind"]]: Policies<Kind> } = {
  "run-started": { kind, runId: "masked", builds: "masked", template: "masked" },
  "build-started": { kind, build },
  "step-started": { kind, build, step: "masked" },
  "step-finished": { kind, build, step: "masked", outcome: "own", durationMs: "own" },
  "cleanup-started": { kind, build, what: "masked" },
  "cleanup-failed": { kind, build, what: "masked", message: "masked", manualCommand: "masked" },
  say: spoken,
  warning: spoken,
  error: { ...spoken, hint: "masked", step: "masked" },
  waiting: { kind, build, what: "masked", elapsedMs: "own", limitMs: "own" },
  output: { ...spoken, stream: "own", inRaw: "own" },
  progress: { kind, build, label: "masked", done: "own", total: "own", unit: "own" },
  "post-processor-started": { kind, build, type: "masked", name: "masked" },
  artifact: { kind, build, artifact: "masked" },
  "build-finished": {
    kind,
    build,
    outcome: "own",
    durationMs: "own",
    error: "masked",
    artifacts: "masked",
    steps: "masked",
    logPath: "masked",
    leftovers: "masked",
  },
  "run-finished": { kind, runId: "masked", outcome: "own", durationMs: "own" },
  diagnostic: { kind, diagnostic: "masked" },
  "raw-output": { kind, build, bytes: "own" },
  debug: { kind, build, topic: "masked", text: "masked", details: "masked" },
};

function restoreOwn(event: BuildEvent, redacted: BuildEvent): BuildEvent {
  const policyOf: Readonly<Record<string, Policy>> = policies[event.kind];
  // Redaction may have masked a key that spells a secret; the keys of an event are ours.
  const masked: readonly unknown[] = Object.values(redacted);
  const members = Object.entries(event).map(([name, original], index) => {
    const isOwn = policyOf[name] === "own";
    return [name, isOwn ? (original as unknown) : masked[index]];
  });
  return Object.fromEntries(members) as BuildEvent;
}
