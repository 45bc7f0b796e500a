import type { BuildEvent } from "../sdk/event.ts";
import { describeTransfer, isComplete, progressBar, type Progress } from "./progress.ts";
import { buildOf } from "./renderer.ts";
import { createTransferRate, type TransferRate } from "./transfer-rate.ts";
import { clockDuration } from "./words.ts";

/** What each build does at this moment, for the lines at the bottom of a terminal. */
export interface Status {
  saw(event: BuildEvent, now: number): void;
  /** One line for each build, or one for each of its transfers. `now` in the time of `saw`. */
  lines(now: number): readonly string[];
}

export function createStatus(): Status {
  const builds = new Map<string, Doing>();
  const doing = (build: string): Doing => {
    const known = builds.get(build) ?? { steps: [], wait: undefined, transfers: new Map() };
    builds.set(build, known);
    return known;
  };
  return {
    saw(event, now) {
      // A transfer that is the run's own (a plugin) has a line, too.
      const build = buildOf(event) ?? "";
      if (event.kind === "build-finished") return void builds.delete(build);
      if (event.kind === "run-finished") return builds.clear();
      if (event.kind in handlers) handlers[event.kind as Handled](doing(build), event as never, now);
    },
    lines: (now) => [...builds].flatMap(([build, what]) => linesOf(build, what, now)),
  };
}

interface Doing {
  /** Those that run, the innermost last. */
  readonly steps: Running[];
  /** What is waited for within the last step. */
  wait: Wait | undefined;
  readonly transfers: Map<string, Transfer>;
}

interface Running {
  readonly step: string;
  readonly since: number;
}

interface Wait {
  readonly what: string;
  readonly since: number;
  readonly limitMs: number | undefined;
}

interface Transfer {
  event: Progress;
  readonly rate: TransferRate;
}

type Handled = "step-started" | "step-finished" | "waiting" | "progress" | "cleanup-started";
type EventOf<Kind extends BuildEvent["kind"]> = Extract<BuildEvent, { kind: Kind }>;

const handlers: { readonly [Kind in Handled]: (doing: Doing, event: EventOf<Kind>, now: number) => void } = {
  "step-started": (doing, { step }, now) => {
    doing.steps.push({ step, since: now });
    doing.wait = undefined;
  },
  "step-finished": (doing, { step }) => {
    const at = doing.steps.findLastIndex((running) => running.step === step);
    if (at >= 0) doing.steps.splice(at, 1);
    doing.wait = undefined;
    doing.transfers.clear();
  },
  waiting: (doing, { what, elapsedMs, limitMs }, now) => {
    doing.wait = { what, since: now - elapsedMs, limitMs };
  },
  progress: ({ transfers }, event, now) => {
    if (isComplete(event)) return void transfers.delete(event.label);
    const transfer = transfers.get(event.label) ?? { event, rate: createTransferRate() };
    transfer.event = event;
    transfer.rate.add(event.done, now);
    transfers.set(event.label, transfer);
  },
  "cleanup-started": (doing, { what }, now) => {
    doing.steps.length = 0;
    doing.steps.push({ step: `cleaning up: ${what}`, since: now });
    doing.wait = undefined;
    doing.transfers.clear();
  },
};

/** What is over sooner needs no line. */
const LEAST_MS = 1000;

function linesOf(build: string, { steps, wait, transfers }: Doing, now: number): readonly string[] {
  const prefix = build === "" ? "    " : `    ${build}: `;
  if (transfers.size > 0)
    return [...transfers.values()].map(({ event, rate }) => {
      return `${progressBar(event, prefix)}${describeTransfer(event, rate.perSecond())}`;
    });
  const running = steps.at(-1);
  if (!running || now - running.since < LEAST_MS) return [];
  return [`${prefix}${describeRunning(running, wait, now)}`];
}

/** `connect to the machine: SSH, 2 min 5 s of 5 min`. */
function describeRunning({ step, since }: Running, wait: Wait | undefined, now: number): string {
  if (!wait) return `${step}, ${clockDuration(now - since)}`;
  const limit = wait.limitMs === undefined ? "" : ` of ${clockDuration(wait.limitMs)}`;
  const what = wait.what === step ? step : `${step}: ${wait.what}`;
  return `${what}, ${clockDuration(now - wait.since)}${limit}`;
}
