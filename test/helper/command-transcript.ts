import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finished, Workplace } from "./imgbuild.ts";

/** What a user sees of a command, for golden files: what changes with every run is masked. */
export function describeCommand(args: readonly string[], finished: Finished, directory: string): string {
  const streams = [
    ["stdout", finished.stdout],
    ["stderr", finished.stderr],
  ] as const;
  const shown = streams
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `--- ${name}\n${mask(text, directory)}`);
  return [`$ imgbuild ${args.join(" ")}\n`, ...shown, `--- exit code ${finished.code}\n`].join("");
}

function mask(text: string, directory: string): string {
  return text
    .replaceAll(directory, "DIRECTORY")
    .replace(/\d+ (hour|minute|second|millisecond|microsecond|nanosecond)s?\b/g, "TIME")
    .replace(/TIME( TIME)+/g, "TIME")
    .replace(/\b\d+(\.\d+)? (ms|s|min|h)\b/g, "TIME")
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "RUN-ID")
    .replace(/^\d{10},/gm, "SECONDS,")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "DATE")
    .replace(/v\d+\.\d+\.\d+/g, "vVERSION")
    .replace(/"(build_time|time)": ?\d+/g, '"$1": TIME');
}

export function writeFiles(workplace: Workplace, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workplace.directory, name), content);
}
