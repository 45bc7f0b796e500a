import type { BuildEvent } from "./event.ts";
import type { Run, Step } from "./run.ts";

/** What the run of a part differs in from the run it belongs to. */
export interface RunChanges {
  /** Ends the derived run and its steps, in addition to the run's own signal. */
  readonly signal?: AbortSignal | undefined;
  /** Takes every event of the derived run. Default: the run's own. */
  readonly emit?: ((event: BuildEvent) => void) | undefined;
  /** Runs the body of each step. */
  readonly aroundStep?: (<Result>(name: string, body: () => Promise<Result>) => Promise<Result>) | undefined;
}

/** The same run with changes: what a provisioner with a time limit sees, a post-processor, the steps with a machine. */
export function deriveRun(run: Run, changes: RunChanges): Run {
  const { emit = (event: BuildEvent) => run.emit(event), aroundStep = (_name, body) => body() } = changes;
  const within = (signal: AbortSignal) => joined(signal, changes.signal);
  const build = run.build.name;
  return {
    runId: run.runId,
    build: run.build,
    options: run.options,
    host: run.host,
    directories: run.directories,
    signal: within(run.signal),
    step: (name, body) => run.step(name, (step) => aroundStep(name, () => body(withSignal(step, within(step.signal))))),
    emit,
    say: (text) => emit({ kind: "say", build, text }),
    warn: (text) => emit({ kind: "warning", build, text }),
    progress: (label, done, total, unit = "bytes") => emit({ kind: "progress", build, label, done, total, unit }),
    debug: (topic, text, details) => emit({ kind: "debug", build, topic, text, details }),
    canBeEntered: (command) => run.canBeEntered(command),
    leave: (leftover) => run.leave(leftover),
    inputs: () => run.inputs(),
    secret: (value) => run.secret(value),
    redact: (text) => run.redact(text),
    ready: () => run.ready(),
    waitForUser: (text) => run.waitForUser(text),
    askUser: (text, options) => run.askUser(text, options),
  };
}

function withSignal(step: Step, signal: AbortSignal): Step {
  return {
    signal,
    onCleanup: (what, undo, only) => step.onCleanup(what, undo, only),
    own: (resource, undo) => step.own(resource, undo),
  };
}

function joined(signal: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other ? AbortSignal.any([signal, other]) : signal;
}
