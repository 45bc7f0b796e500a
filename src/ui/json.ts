import { Buffer } from "node:buffer";
import { diagnosticToJson } from "../language/render/diagnostic-json.ts";
import type { BuildEvent } from "../sdk/event.ts";
import { dispatch, type EventTable, type Renderer, type StampedEvent } from "./renderer.ts";
import type { Sink } from "./sink.ts";

/**
 * Grows when a kind or a member is removed or changes meaning; additions do not change it. See
 * docs/events.v1.schema.json.
 */
const EVENT_VERSION = 1;

/**
 * `--json`: one event a line (NDJSON), each with version, sequence, time and kind; the build's name in its own member.
 */
export function createJsonRenderer(sink: Sink): Renderer {
  let sequence = 0;
  return {
    reader: "program",
    render: (stamped) => {
      const members = dispatch(jsonMembers, stamped);
      if (members === undefined) return;
      const line = eventLine({ ...stamped, sequence: ++sequence }, members);
      sink.write(`${JSON.stringify(line, jsonValue)}\n`);
    },
    ready: () => sink.ready(),
    close: () => sink.close(),
  };
}

type Members = Readonly<Record<string, unknown>>;

const eventLine = ({ sequence, time, event }: StampedEvent, members: Members): Members => ({
  version: EVENT_VERSION,
  sequence,
  time: new Date(time).toISOString(),
  kind: event.kind,
  ...members,
});

const all = ({ kind: _, ...members }: BuildEvent): Members => members;
/** Not for programs: the log file has the bytes, the debug log the rest. */
const leftOut = (): undefined => undefined;

/** The members of each kind as the schema has them; nothing for kinds that are left out. */
export const jsonMembers: EventTable<Members | undefined> = {
  "run-started": all,
  "build-started": all,
  "step-started": all,
  "step-finished": all,
  "cleanup-started": all,
  "cleanup-failed": all,
  say: all,
  warning: all,
  error: all,
  waiting: all,
  output: ({ inRaw: _, ...event }) => all(event),
  progress: all,
  "post-processor-started": all,
  artifact: all,
  "build-finished": all,
  "run-finished": all,
  diagnostic: ({ diagnostic }) => ({ diagnostic: diagnosticToJson(diagnostic) }),
  "raw-output": leftOut,
  debug: leftOut,
};

/** What JSON cannot say, as text. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}
