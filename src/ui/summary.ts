import { artifactFacts, type BuildFinished } from "./packer-text.ts";
import { plural, shortDuration } from "./words.ts";

/**
 * The last block: per build what it made, how large, which digest, where the time went, where the log is, what is left.
 */
export function summaryLines(builds: readonly BuildFinished[]): readonly string[] {
  if (builds.length === 0) return [];
  return ["", "==> Summary", ...builds.flatMap(buildLines)];
}

const MOST_FILES = 8;
function buildLines(build: BuildFinished): readonly string[] {
  const rows: (readonly [string, string])[] = [];
  for (const { description, files } of artifactFacts(build)) {
    rows.push(["artifact", description]);
    rows.push(...files.slice(0, MOST_FILES).map((file) => ["file", file] as const));
    const more = files.length - MOST_FILES;
    if (more > 0) rows.push(["", `and ${plural(more, "more file")}`]);
  }
  if (build.steps.length > 0) rows.push(["steps", stepTimes(build)]);
  if (build.logPath !== undefined) rows.push(["log", build.logPath]);
  for (const { description, manualCommand } of build.leftovers) {
    rows.push(["left", description]);
    if (manualCommand !== undefined) rows.push(["", `remove it with: ${manualCommand}`]);
  }
  return [
    `    ${build.build}: ${build.outcome} in ${shortDuration(build.durationMs)}`,
    ...rows.map(([label, text]) => `      ${label.padEnd(8)}  ${text}`),
  ];
}

/** In order of running; steps of the same name (provisioners) are added up. */
function stepTimes({ steps }: BuildFinished): string {
  const totals = new Map<string, number>();
  for (const { step, durationMs } of steps) totals.set(step, (totals.get(step) ?? 0) + durationMs);
  return [...totals].map(([step, durationMs]) => `${step} ${shortDuration(durationMs)}`).join(", ");
}
