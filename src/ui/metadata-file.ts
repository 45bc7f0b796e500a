import { writeFileAtomic } from "../lib/atomic-file.ts";
import type { BuildEvent } from "../sdk/event.ts";
import { writeFailure } from "../sdk/write-failure.ts";
import type { Renderer } from "./renderer.ts";

/**
 * `--metadata-file`: what a run made, for programs that come after it: artifacts with sizes and digests, outcomes, times.
 * Written complete or not at all, when the run has finished. Rejects on close when it cannot be written.
 */
export function createMetadataFileRenderer(path: string): Renderer {
  const builds: object[] = [];
  let started: { runId: string; template: string; startedAt: number } | undefined;
  let finished: (Extract<BuildEvent, { kind: "run-finished" }> & { readonly time: number }) | undefined;
  return {
    render: ({ event, time }) => {
      if (event.kind === "run-started") started = { runId: event.runId, template: event.template, startedAt: time };
      if (event.kind === "build-finished") builds.push(withoutKind(event));
      if (event.kind === "run-finished") finished = { ...event, time };
    },
    close: async () => {
      if (!started || !finished) return;
      const metadata = {
        version: 1,
        runId: started.runId,
        template: started.template,
        outcome: finished.outcome,
        startedAt: new Date(started.startedAt).toISOString(),
        finishedAt: new Date(finished.time).toISOString(),
        durationMs: finished.durationMs,
        builds,
      };
      await writeFileAtomic(path, `${JSON.stringify(metadata, undefined, 2)}\n`).catch(async (cause: unknown) => {
        throw await writeFailure(path, cause);
      });
    },
  };
}

function withoutKind({ kind: _, ...members }: Extract<BuildEvent, { kind: "build-finished" }>): object {
  return members;
}
