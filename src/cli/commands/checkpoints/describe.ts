import type { ListedCheckpoint } from "../../../core/checkpoints/store.ts";
import { sanitize } from "../../../ui/sanitize.ts";
import { shortDuration } from "../../../ui/words.ts";
import { totalBytes } from "../../../core/checkpoints/prunable.ts";

const ID_LENGTH = 12;
export const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** One line for each, and what all of them take. */
export function listText(all: readonly ListedCheckpoint[], now: number): string {
  if (all.length === 0) return "No machine is saved. imgbuild build -checkpoints saves them.";
  const rows = all.map((checkpoint) => [
    checkpoint.key.slice(0, ID_LENGTH),
    checkpoint.build,
    stepOf(checkpoint),
    `${shortDuration(Math.max(0, now - checkpoint.createdAt))} ago`,
    mebibytes(checkpoint.ownBytes),
    checkpoint.template,
  ]);
  const table = aligned([["id", "build", "step", "saved", "size", "template"], ...rows]);
  return sanitize([...table, `Together ${mebibytes(totalBytes(all))}.`].join("\n"));
}

const stepOf = ({ step, name }: ListedCheckpoint): string => (step === 0 ? "before provisioners" : `${step}: ${name}`);

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

export function showText(checkpoint: ListedCheckpoint, now: number): string {
  const { key, build, template, createdAt, usedAt, inputs, files, outputs, parent } = checkpoint;
  const lines = [
    key,
    `    build     ${build}`,
    `    template  ${template}`,
    `    step      ${stepOf(checkpoint)}`,
    `    saved     ${new Date(createdAt).toISOString()}, ${shortDuration(Math.max(0, now - createdAt))} ago`,
    `    used      ${new Date(usedAt).toISOString()}`,
    `    goes on   from ${parent?.slice(0, ID_LENGTH) ?? "the installation"}`,
    `    removing it frees ${mebibytes(checkpoint.ownBytes)}`,
    ...Object.entries(files).map(([role, { size }]) => `    file      ${role}  ${mebibytes(size)}`),
    ...Object.keys(outputs).map((path) => `    wrote     ${path}`),
    `    depends on ${Object.keys(inputs).join(", ")}`,
  ];
  return sanitize(lines.join("\n"));
}

/** Without what only the builder needs: it may hold a key. */
export function toJson({ facts: _, ...checkpoint }: ListedCheckpoint): string {
  return JSON.stringify(checkpoint);
}
