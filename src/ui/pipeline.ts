import type { BuildEvent, Emit } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { redactEvent } from "./redact-event.ts";
import { createOutputRedactor } from "./redact-output.ts";
import type { Redactor } from "./redact.ts";
import type { Renderer } from "./renderer.ts";

export interface PipelineOptions {
  readonly renderers: readonly Renderer[];
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** A build that said nothing for so long is said to be still at its step. Default 5 minutes. */
  readonly heartbeatMs?: number | undefined;
}

export interface Pipeline {
  /** Redacts, stamps, shows. Never throws. */
  readonly emit: Emit;
  /** Resolves when no renderer has more waiting than it should: what produces much output awaits it. */
  ready(): Promise<void>;
  /** Shows what was held back and waits until everything has been written. */
  close(): Promise<void>;
}

/** How long the end of a line that could begin a secret is held back. */
const HOLD_MS = 100;

/** The one way out: emit → redact → stamp → renderers. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { redactor, clock } = options;
  const output = createOutputRedactor(redactor);
  const renderers = new Set(options.renderers);
  let sequence = 0;
  let holdTimer: NodeJS.Timeout | undefined;

  const show = (event: BuildEvent): void => {
    const stamped = { sequence: ++sequence, time: clock.now(), event };
    for (const renderer of renderers) {
      try {
        renderer.render(stamped);
      } catch (error) {
        renderers.delete(renderer);
        show({ kind: "warning", text: redactor.text(`One kind of output stopped: ${String(error)}`) });
      }
    }
  };
  const showAll = (events: readonly BuildEvent[]): void => events.forEach(show);
  const flushSoon = (): void => {
    if (!output.isHolding) return;
    holdTimer ??= setTimeout(() => {
      holdTimer = undefined;
      showAll(output.flush());
    }, HOLD_MS);
  };
  const emit = (event: BuildEvent): void => {
    heartbeats.saw(event);
    warnOfShortSecrets(redactor, show);
    if (event.kind === "output" || event.kind === "raw-output") {
      showAll(output.push(event));
      flushSoon();
      return;
    }
    // What a build printed comes before what is said about it. A debug line may overtake it.
    if (event.kind !== "debug" && event.kind !== "progress")
      showAll(output.flush("build" in event ? event.build : undefined));
    show(redactEvent(event, redactor));
  };
  const heartbeats = createHeartbeats({
    clock,
    emit: (event) => show(redactEvent(event, redactor)),
    everyMs: options.heartbeatMs ?? 300_000,
  });

  return {
    emit,
    ready: async () => {
      await Promise.all([...renderers].map(async (renderer) => renderer.ready?.()));
    },
    close: async () => {
      clearTimeout(holdTimer);
      heartbeats.stop();
      showAll(output.flush());
      await Promise.all(options.renderers.map(async (renderer) => renderer.close?.()));
    },
  };
}

function warnOfShortSecrets(redactor: Redactor, show: (event: BuildEvent) => void): void {
  const count = redactor.takeShortCount();
  if (count === 0) return;
  const subject = count === 1 ? "A sensitive value has" : `${count} sensitive values have`;
  show({ kind: "warning", text: `${subject} fewer than 4 characters: masked only where it is a word of its own.` });
}
