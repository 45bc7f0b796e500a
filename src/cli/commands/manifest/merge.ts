import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { collectParts } from "../../../core/manifest/collect-parts.ts";
import { mergeManifests } from "../../../core/manifest/merge-manifests.ts";
import { mergeMetadata } from "../../../core/manifest/merge-metadata.ts";
import { readPart, type Part } from "../../../core/manifest/read-part.ts";
import { writeUserFile } from "../../../lib/user-file.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Host } from "../../../sdk/host.ts";
import { writeFailure } from "../../../sdk/write-failure.ts";
import { plural } from "../../../ui/words.ts";
import { EXIT } from "../../command.ts";
import { UsageError } from "../../usage-error.ts";
import { summarize } from "./summarize.ts";
import type { ManifestFlags } from "./flags.ts";

interface MergeInput {
  readonly out: string;
  readonly parts: readonly string[];
  readonly flags: ManifestFlags;
}

/** Reads every part before anything is written, so that the result may be one of them. */
export async function merge(host: Host, { out, parts: named, flags }: MergeInput): Promise<number> {
  const parts = await collectParts(named, host.cwd);
  const manifests = parts.filter((part) => part.kind === "manifest");
  const metadata = parts.filter((part) => part.kind === "metadata");
  const metadataOut = manifests.length === 0 ? (flags["metadata-file"] ?? out) : flags["metadata-file"];
  if (metadata.length > 0 && metadataOut === undefined) throw new UsageError(BOTH_KINDS);
  const options = { latest: flags.latest };
  const manifest = manifests.length > 0 ? mergeManifests(manifests, options) : undefined;
  const merged = metadata.length > 0 ? mergeMetadata(metadata, options) : undefined;
  const results: readonly Result[] = [
    ...(manifest ? [{ path: out, parts: manifests, data: manifest }] : []),
    ...(merged ? [{ path: metadataOut!, parts: metadata, data: merged }] : []),
  ];
  if (!flags.force) for (const result of results) await refuseLoss(result, host.cwd);
  for (const { path, parts: from, data } of results) {
    await write(resolve(host.cwd, path), path, data);
    const [builds, files] = [plural(data.builds.length, "build"), plural(from.length, "file")];
    host.stdout.write(`Merged ${builds} of ${files} into ${path}.\n`);
  }
  const metadataFile = merged && resolve(host.cwd, metadataOut!);
  await summarize(host, { manifest, metadata: merged, metadataFile });
  return EXIT.ok;
}

const BOTH_KINDS =
  "There are manifests and metadata files among the parts. Say where the metadata goes with -metadata-file, or name parts of one kind.";

interface Result {
  readonly path: string;
  readonly parts: readonly Part[];
  readonly data: { readonly builds: readonly object[] };
}

/** Nothing that somebody made is replaced: no other file, and no builds that are in none of the parts. */
async function refuseLoss({ path, parts, data }: Result, cwd: string): Promise<void> {
  const stats = await stat(resolve(cwd, path)).catch(() => undefined);
  if (!stats?.isFile()) return;
  if ((await readFile(resolve(cwd, path), "utf8").catch(() => "")).trim() === "") return;
  const before = await readPart(path, cwd).catch(() => undefined);
  if (before?.kind !== parts[0]!.kind) {
    throw new BuildError(`${path} is there, and is no file that merge would write`, {
      hint: "Choose another name, or replace it with -force.",
    });
  }
  const kept = new Set(data.builds.map(nameOf));
  const lost = [...new Set<string>(before.builds.map(nameOf))].filter((name) => !kept.has(name));
  if (lost.length === 0) return;
  throw new BuildError(`${path} has ${plural(lost.length, "build")} of which no part knows: ${lost.join(", ")}`, {
    hint: `Name it among the parts as well, or replace it with -force.`,
  });
}

function nameOf(build: object): string {
  const { build: name, template, builder_type: type, name: source } = build as Readonly<Record<string, string>>;
  const text = name === undefined ? `${type}.${source}` : `${name} of ${template}`;
  return text.replace(/\s+/g, " ");
}

/** Links are followed to their end and stay, devices are written and never replaced. */
async function write(path: string, shown: string, data: object): Promise<void> {
  await writeUserFile(path, `${JSON.stringify(data, undefined, 2)}\n`).catch(async (cause: unknown) => {
    throw await writeFailure(path, cause, { shown });
  });
}
