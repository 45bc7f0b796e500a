import { Buffer } from "node:buffer";
import type { BuildEvent } from "../sdk/event.ts";
import type { RedactingStream } from "./redact-stream.ts";
import type { Redactor } from "./redact.ts";

type Output = Extract<BuildEvent, { kind: "output" }>;
type RawOutput = Extract<BuildEvent, { kind: "raw-output" }>;

/**
 * Masks what commands print (not the names of build and post-processor), where a secret may be spread over lines and chunks. A line whose end could begin a secret
 * waits for the next one, or for `flush`.
 */
export interface OutputRedactor {
  push(event: Output | RawOutput): readonly BuildEvent[];
  /** Releases what is held back of one build, or of all. */
  flush(build?: string): readonly BuildEvent[];
  readonly isHolding: boolean;
}

export function createOutputRedactor(redactor: Redactor): OutputRedactor {
  const channels = new Map<string, Channel>();
  const channelOf = (event: Output | RawOutput): Channel => {
    const key = channelKey(event);
    const channel = channels.get(key) ?? openChannel(event, redactor);
    channels.set(key, channel);
    return channel;
  };
  const holding = (): readonly Channel[] => [...channels.values()].filter(({ stream }) => stream.isHolding);
  return {
    push: (event) => channelOf(event).push(event),
    flush: (build) => {
      const chosen = holding().filter((channel) => build === undefined || channel.build === build);
      return chosen.flatMap((channel) => channel.flush());
    },
    get isHolding() {
      return holding().length > 0;
    },
  };
}

interface Channel {
  readonly build: string;
  readonly stream: RedactingStream;
  push(event: Output | RawOutput): readonly BuildEvent[];
  flush(): readonly BuildEvent[];
}

function channelKey(event: Output | RawOutput): string {
  if (event.kind === "raw-output") return `raw ${event.build}`;
  return `${event.stream} ${event.postProcessor ?? ""} ${event.build}`;
}

function openChannel(event: Output | RawOutput, redactor: Redactor): Channel {
  if (event.kind === "raw-output") return byteChannel(event, redactor);
  return lineChannel(event, redactor);
}

function lineChannel(first: Output, redactor: Redactor): Channel {
  const stream = redactor.stream();
  const shown = first;
  let begun = "";
  const lines = (released: string): BuildEvent[] => {
    const whole = (begun + released).split("\n");
    begun = whole.pop()!;
    return whole.map((text) => ({ ...shown, text }));
  };
  return {
    build: first.build,
    stream,
    push: (event) => lines(stream.push(`${(event as Output).text}\n`)),
    flush: () => lines(stream.flush()),
  };
}

function byteChannel({ build }: RawOutput, redactor: Redactor): Channel {
  const stream = redactor.byteStream();
  const chunk = (released: string): BuildEvent[] => {
    if (released === "") return [];
    return [{ kind: "raw-output", build, bytes: Buffer.from(released, "latin1") }];
  };
  return {
    build,
    stream,
    push: (event) => {
      const { buffer, byteOffset, byteLength } = (event as RawOutput).bytes;
      return chunk(stream.push(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("latin1")));
    },
    flush: () => chunk(stream.flush()),
  };
}
