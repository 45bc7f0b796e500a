import { errorText } from "../lib/error-text.ts";
import type { BuildEvent, Emit } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { maskNames, redactEvent, type Reader } from "./redact-event.ts";
import { createOutputRedactor, type OutputRedactor } from "./redact-output.ts";
import type { Redactor } from "./redact.ts";
import { buildOf, type Renderer } from "./renderer.ts";
import { whenAllReady, type WhenReady } from "./when-ready.ts";

export interface PipelineOptions {
  readonly renderers: readonly Renderer[];
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** A build that has been silent for this long is reported as still at its step. Default 5 minutes. */
  readonly heartbeatMs?: number | undefined;
}

export interface Pipeline {
  /** Redacts, stamps, shows. Never throws. */
  readonly emit: Emit;
  /** As that of the renderers. */
  quiet(isQuiet: boolean): void;
  /** Resolves when no renderer has more waiting than it should: what produces much output awaits it. */
  ready(): WhenReady;
  /** Shows what was held back and waits until everything has been written. */
  close(): Promise<void>;
}

/** How long the end of a line that could begin a secret is held back. */
const HOLD_MS = 100;

/** The one way out: emit → redact → stamp → renderers. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { redactor, clock, heartbeatMs = 300_000 } = options;
  const { show, active } = createDisplay(options);
  const printed = holdPrinted(redactor, show);
  const showRedacted = (event: BuildEvent): void =>
    show({ program: redactEvent(event, redactor, "program"), person: redactEvent(event, redactor) });
  const heartbeats = createHeartbeats({ clock, emit: showRedacted, everyMs: heartbeatMs });
  return {
    emit: (event) => {
      heartbeats.saw(event);
      warnOfWords(redactor, show);
      if (event.kind === "output" || event.kind === "raw-output") return printed.push(event);
      // What a build printed comes before the next message of it. A debug line may overtake it.
      if (event.kind !== "debug" && event.kind !== "progress") printed.flush(buildOf(event));
      showRedacted(event);
    },
    quiet: (isQuiet) => {
      for (const renderer of active) renderer.quiet?.(isQuiet);
    },
    ready: () => whenAllReady([...active].map((renderer) => renderer.ready?.())),
    close: async () => {
      heartbeats.stop();
      printed.end();
      await Promise.all(options.renderers.map(async (renderer) => renderer.close?.()));
    },
  };
}

/** One event for each of its readers. */
type Shown = Readonly<Record<Reader, BuildEvent>>;
type Show = (shown: Shown) => void;

const forAll = (event: BuildEvent): Shown => ({ person: event, program: event });

interface Display {
  readonly show: Show;
  readonly active: ReadonlySet<Renderer>;
}

/** Stamps events and gives them to every active renderer; one that throws is active no longer. */
function createDisplay({ renderers, redactor, clock }: PipelineOptions): Display {
  const active = new Set(renderers);
  let sequence = 0;
  const show = (shown: Shown): void => {
    const stamp = { sequence: ++sequence, time: clock.now() };
    for (const renderer of active) {
      try {
        renderer.render({ ...stamp, event: shown[renderer.reader ?? "person"] });
      } catch (error) {
        active.delete(renderer);
        const text = redactor.text(`One kind of output stopped: ${errorText(error)}`);
        show(forAll({ kind: "warning", text }));
      }
    }
  };
  return { show, active };
}

type Printed = Parameters<OutputRedactor["push"]>[0];

interface PrintedOutput {
  push(event: Printed): void;
  /** Shows what is held back of one build, or of all. */
  flush(build?: string): void;
  /** Shows everything that is held back, for the last time. */
  end(): void;
}

/** What commands print: the end of a line that could begin a secret is held back for a moment. */
function holdPrinted(redactor: Redactor, show: Show): PrintedOutput {
  const output = createOutputRedactor(redactor);
  let timer: NodeJS.Timeout | undefined;
  const showBoth = (event: BuildEvent): void => show({ program: event, person: maskNames(event, redactor) });
  const flush = (build?: string): void => output.flush(build).forEach(showBoth);
  const flushSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush();
    }, HOLD_MS);
  };
  return {
    push: (event) => {
      output.push(event).forEach(showBoth);
      if (output.isHolding) flushSoon();
    },
    flush,
    end: () => {
      clearTimeout(timer);
      flush();
    },
  };
}

function warnOfWords(redactor: Redactor, show: Show): void {
  const short = redactor.takeShortCount();
  if (short > 0) {
    const text = `${values(short)} fewer than 4 characters: masked only where it is a word of its own.`;
    show(forAll({ kind: "warning", text }));
  }
  const ordinary = redactor.takeOrdinaryCount();
  if (ordinary === 0) return;
  const subject = ordinary === 1 ? "A sensitive value is a word" : `${ordinary} sensitive values are words`;
  const text = `${subject} that the template also uses for a name or a path, or a well-known default: masked only where it stands by itself.`;
  show(forAll({ kind: "warning", text }));
}

const values = (count: number): string => (count === 1 ? "A sensitive value has" : `${count} sensitive values have`);
