import type { ListedCheckpoint } from "../../../core/checkpoints/store.ts";
import { totalBytes } from "../../../core/checkpoints/prunable.ts";
import { describeBytes } from "../../../lib/bytes.ts";
import { alignedRows } from "../../../ui/aligned-rows.ts";
import { sanitize } from "../../../ui/sanitize.ts";
import { shortDuration } from "../../../ui/words.ts";

const ID_LENGTH = 12;

/** One line for each, and what all of them take. */
export function listText(all: readonly ListedCheckpoint[], now: number): string {
  if (all.length === 0) return "No machine is saved. imgbuild build -checkpoints saves them.";
  const rows = all.map((checkpoint) => [
    checkpoint.key.slice(0, ID_LENGTH),
    checkpoint.build,
    stepOf(checkpoint),
    `${shortDuration(Math.max(0, now - checkpoint.createdAt))} ago`,
    describeBytes(checkpoint.ownBytes),
    checkpoint.template,
  ]);
  const table = alignedRows([["id", "build", "step", "saved", "size", "template"], ...rows]);
  return sanitize([...table, `Together ${describeBytes(totalBytes(all))}.`].join("\n"));
}

const stepOf = ({ step, name }: ListedCheckpoint): string => (step === 0 ? "before provisioners" : `${step}: ${name}`);

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
    `    removing it frees ${describeBytes(checkpoint.ownBytes)}`,
    ...Object.entries(files).map(([role, { size }]) => `    file      ${role}  ${describeBytes(size)}`),
    ...Object.keys(outputs).map((path) => `    wrote     ${path}`),
    `    depends on ${Object.keys(inputs).join(", ")}`,
  ];
  return sanitize(lines.join("\n"));
}

/** Without what only the builder needs: it may hold a key. */
export function toJson({ facts: _, ...checkpoint }: ListedCheckpoint): string {
  return JSON.stringify(checkpoint);
}
