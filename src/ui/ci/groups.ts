import type { LineOutput } from "../line-output.ts";
import type { Sink } from "../sink.ts";

/** How a CI system opens and closes a part of its log that can be folded. */
export interface GroupSyntax {
  open(title: string, id: string): string;
  close(id: string): string;
  /** Makes a line harmless that the system would take for a command. */
  guard(line: string): string;
}

/** What one build may have waiting; beyond it the oldest lines go (the log file has them). */
const MOST_WAITING_LINES = 20_000;

/**
 * A log in which each build is one group, also when builds run side by side: one is shown live, the others wait until it
 * has finished.
 */
export function createGroupedOutput(sink: Sink, syntax: GroupSyntax): LineOutput {
  const waiting = new Map<string, { lines: string[]; dropped: number; finished: boolean }>();
  let live: string | undefined;
  const write = (line: string): void => sink.write(`${syntax.guard(line)}\n`);

  const open = (build: string): void => {
    live = build;
    sink.write(`${syntax.open(build, idOf(build))}\n`);
    const held = waiting.get(build);
    waiting.delete(build);
    if (held && held.dropped > 0) write(`… ${held.dropped} lines are only in the log file …`);
    held?.lines.forEach(write);
    if (held?.finished) close();
  };
  const close = (): void => {
    if (live === undefined) return;
    sink.write(`${syntax.close(idOf(live))}\n`);
    live = undefined;
    const finished = [...waiting].find(([, { finished }]) => finished) ?? [...waiting][0];
    if (finished) open(finished[0]);
  };
  const hold = (line: string, build: string): void => {
    const held = waiting.get(build) ?? { lines: [], dropped: 0, finished: false };
    waiting.set(build, held);
    held.lines.push(line);
    if (held.lines.length > MOST_WAITING_LINES) {
      held.lines.shift();
      held.dropped++;
    }
  };
  return {
    line: (text, build) => {
      if (build === undefined || build === live) return write(text);
      if (live === undefined) {
        open(build);
        return write(text);
      }
      hold(text, build);
    },
    buildStarted: (build) => {
      if (live === undefined) open(build);
      else waiting.set(build, { lines: [], dropped: 0, finished: false });
    },
    buildFinished: (build) => {
      const held = waiting.get(build);
      if (build === live) close();
      else if (held) held.finished = true;
    },
    end: () => {
      while (live !== undefined) close();
    },
  };
}

const idOf = (build: string): string => build.replace(/[^A-Za-z0-9_.-]/g, "_");
