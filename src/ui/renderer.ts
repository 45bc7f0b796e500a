import type { BuildEvent } from "../sdk/event.ts";
import type { WhenReady } from "./when-ready.ts";

/** An event as the renderers get it: redacted, numbered and with its time. */
export interface StampedEvent {
  /** From 1, without gaps, over the whole run. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly event: BuildEvent;
}

/** One way of showing a run. It never sees a secret. */
export interface Renderer {
  /** A program finds things by what it reads: names, ids and paths are not masked for it. Default: a person. */
  readonly reader?: "person" | "program";
  /** Must not throw because nothing reads; the pipeline stops a renderer that throws, and tells the others. */
  render(event: StampedEvent): void;
  /** While somebody types an answer nothing may change below the text. */
  quiet?(isQuiet: boolean): void;
  /** Resolves when everything has been written. */
  close?(): Promise<void>;
  /** Resolves when it can take more; the pipeline's `ready` waits for it. */
  ready?(): WhenReady;
}

/** The build an event is about, if it is about one. */
export const buildOf = (event: BuildEvent): string | undefined => ("build" in event ? event.build : undefined);

/** A handler per kind of event: a kind without a line in each renderer does not compile. */
export type EventTable<Result> = {
  readonly [Kind in BuildEvent["kind"]]: (event: Extract<BuildEvent, { kind: Kind }>, stamp: Stamp) => Result;
};

type Stamp = Pick<StampedEvent, "sequence" | "time">;

export function dispatch<Result>(table: EventTable<Result>, { event, sequence, time }: StampedEvent): Result {
  const handle = table[event.kind] as (event: BuildEvent, stamp: Stamp) => Result;
  return handle(event, { sequence, time });
}
