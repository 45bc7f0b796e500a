import { Buffer } from "node:buffer";
import { diagnosticToJson } from "../language/render/diagnostic-json.ts";
import type { Renderer, StampedEvent } from "./renderer.ts";
import type { Sink } from "./sink.ts";

/** Grows when a kind or a member is removed or changes meaning; additions do not change it. See docs/events.v1.schema.json. */
const EVENT_VERSION = 1;

/** Not for programs: the log file has the bytes, the debug log the rest. */
const LEFT_OUT = new Set(["raw-output", "debug"]);

/** `--json`: one event a line (NDJSON), each with version, sequence, time and kind; the build's name in its own member. */
export function createJsonRenderer(sink: Sink): Renderer {
  let sequence = 0;
  return {
    render: (stamped) => {
      if (LEFT_OUT.has(stamped.event.kind)) return;
      sink.write(`${JSON.stringify(eventToJson({ ...stamped, sequence: ++sequence }), jsonValue)}\n`);
    },
    ready: () => sink.ready(),
    close: () => sink.close(),
  };
}

/** The event as plain data, in the shape of the schema. */
function eventToJson({ sequence, time, event }: StampedEvent): Readonly<Record<string, unknown>> {
  const { kind, ...members } = event;
  const content = event.kind === "diagnostic" ? { diagnostic: diagnosticToJson(event.diagnostic) } : members;
  return {
    version: EVENT_VERSION,
    sequence,
    time: new Date(time).toISOString(),
    kind,
    ...content,
    ...{ inRaw: undefined },
  };
}

/** What JSON cannot say, as text. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}
