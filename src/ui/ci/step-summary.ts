import { appendFile } from "node:fs/promises";
import type { ArtifactSummary, Outcome } from "../../sdk/event.ts";
import { artifactFacts } from "../packer-text.ts";
import { shortDuration } from "../words.ts";

/** A row of the table. */
export interface SummaryBuild {
  readonly build: string;
  readonly outcome: Outcome;
  readonly durationMs: number | undefined;
  readonly error?: string | undefined;
  readonly artifacts: readonly ArtifactSummary[];
}

/** Adds a table of builds to the file of `GITHUB_STEP_SUMMARY`. A summary that cannot be written is no failure. */
export async function appendStepSummary(path: string, builds: readonly SummaryBuild[]): Promise<void> {
  await appendFile(path, stepSummary(builds)).catch(() => {});
}

function stepSummary(builds: readonly SummaryBuild[]): string {
  const header = ["### imgbuild", "", "| Build | Outcome | Time | Result |", "| --- | --- | --- | --- |"];
  return [...header, ...builds.map(summaryRow), ""].join("\n");
}

const MOST_FILES = 8;

function summaryRow(build: SummaryBuild): string {
  const made = artifactFacts(build).flatMap(({ description, files }) => [description, ...files.slice(0, MOST_FILES)]);
  const result = made.length > 0 ? made : [build.error ?? ""];
  const cells = [cell(build.build), build.outcome, timeOf(build), result.map(cell).join("<br>")];
  return `| ${cells.join(" | ")} |`;
}

const timeOf = ({ durationMs }: SummaryBuild): string => (durationMs === undefined ? "" : shortDuration(durationMs));

const cell = (text: string): string =>
  text
    .replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/[\\|`*_[\]]/g, "\\$&")
    .replace(/\r?\n/g, "<br>");
