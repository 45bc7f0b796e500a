import { writeUserFile } from "../lib/user-file.ts";
import type { BuildEvent } from "../sdk/event.ts";
import { writeFailure } from "../sdk/write-failure.ts";
import type { Renderer } from "./renderer.ts";

type BuildFinished = Extract<BuildEvent, { kind: "build-finished" }>;

/**
 * `--metadata-file`: what a run made, for programs that come after it: artifacts with sizes and digests, outcomes,
 * times, in the order of the template. Written complete or not at all, when the run has finished. Rejects on close when
 * it cannot be written.
 */
export function createMetadataFileRenderer(path: string): Renderer {
  const ended: BuildFinished[] = [];
  let started: (Extract<BuildEvent, { kind: "run-started" }> & { readonly time: number }) | undefined;
  let finished: (Extract<BuildEvent, { kind: "run-finished" }> & { readonly time: number }) | undefined;
  return {
    reader: "program",
    render: ({ event, time }) => {
      if (event.kind === "run-started") started = { ...event, time };
      if (event.kind === "build-finished") ended.push(event);
      if (event.kind === "run-finished") finished = { ...event, time };
    },
    close: async () => {
      if (!started || !finished) return;
      const { builds: order } = started;
      const metadata = {
        version: 1,
        runId: started.runId,
        template: started.template,
        outcome: finished.outcome,
        startedAt: new Date(started.time).toISOString(),
        finishedAt: new Date(finished.time).toISOString(),
        durationMs: finished.durationMs,
        builds: ended.sort((one, other) => order.indexOf(one.build) - order.indexOf(other.build)).map(withoutKind),
      };
      await writeUserFile(path, `${JSON.stringify(metadata, undefined, 2)}\n`).catch(async (cause: unknown) => {
        throw await writeFailure(path, cause);
      });
    },
  };
}

function withoutKind({ kind: _, ...members }: BuildFinished): object {
  return members;
}
