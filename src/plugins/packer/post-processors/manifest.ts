import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { displayPath } from "../../../lib/display-path.ts";
import type { Artifact } from "../../../sdk/artifact.ts";
import type { PostProcessor } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { flag, map, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { changeSharedFile } from "./shared-file.ts";

const schema = defineSchema(
  {
    output: text("The manifest file. Builds are added to the end of an existing one.").default("packer-manifest.json"),
    strip_path: flag("Write names of files without their directories.").default(false),
    strip_time: flag("Write 0 for the time of the build, so that equal builds give equal manifests.").default(false),
    custom_data: map(text("A value."), "Anything you want to find in the manifest.").optional(),
  },
  { renamed: { filename: "output" } },
);
type ManifestConfig = ConfigOf<typeof schema>;

/** As Packer writes it, and `builder_id` besides, by which `imgbuild post-process` knows what kind of artifact it was. */
interface ManifestBuild {
  readonly name: string;
  readonly builder_type: string;
  readonly build_time: number;
  readonly files: readonly { readonly name: string; readonly size: number }[] | null;
  readonly artifact_id: string;
  readonly packer_run_uuid: string;
  readonly custom_data: Readonly<Record<string, string>> | null;
  readonly builder_id: string;
}

interface Manifest {
  readonly builds: readonly unknown[];
  readonly last_run_uuid: string;
}

export const postProcessor: PostProcessor<ManifestConfig> = {
  kind: "post-processor",
  type: "manifest",
  summary: "Writes what was built to a JSON file that other programs read.",
  schema,
  independent: true,
  needs: ({ output }) => ({ appends: [output] }),
  async process(run, config, input) {
    const path = resolve(run.directories.work, config.output);
    const build = await describe(run, config, input);
    await changeSharedFile(run, path, (before) => withBuild(run, parse(before, path), build));
    return { artifact: input, keepInput: true, mustKeepInput: true };
  },
};

async function describe(run: Run, config: ManifestConfig, { builderId, files, id }: Artifact): Promise<ManifestBuild> {
  const nameOf = (path: string) => (config.strip_path ? basename(path) : displayPath(path, run.directories.work));
  const listed = await Promise.all(files.map(async (path) => ({ name: nameOf(path), size: await sizeOf(path) })));
  return {
    name: run.build.sourceName,
    builder_type: run.build.builderType,
    build_time: config.strip_time ? 0 : Math.floor(run.host.clock.now() / 1000),
    files: listed.length === 0 ? null : listed,
    artifact_id: id,
    packer_run_uuid: run.runId,
    custom_data: config.custom_data ?? null,
    builder_id: builderId,
  };
}

/** In bytes; 0 for a file that is gone. */
async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.size ?? 0;
}

/** -force begins a new manifest with each run, and the builds of one run share it. */
function withBuild(run: Run, before: Manifest, build: ManifestBuild): string {
  const isReplaced = run.options.force && before.last_run_uuid !== run.runId;
  const kept = isReplaced ? [] : before.builds;
  const manifest: Manifest = { builds: [...kept, withoutSecrets(run, build)], last_run_uuid: run.runId };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Only in `custom_data`, and there in the values: programs find things by the names, ids and paths of a manifest. */
function withoutSecrets(run: Run, build: ManifestBuild): ManifestBuild {
  const { custom_data } = build;
  if (custom_data === null) return build;
  const masked = Object.entries(custom_data).map(([name, value]) => [name, run.redact(value)] as const);
  return { ...build, custom_data: Object.fromEntries(masked) };
}

function parse(text: string, path: string): Manifest {
  if (text.trim() === "") return { builds: [], last_run_uuid: "" };
  try {
    const manifest = JSON.parse(text) as Partial<Manifest> | null;
    if (Array.isArray(manifest?.builds)) {
      return { builds: manifest.builds, last_run_uuid: manifest.last_run_uuid ?? "" };
    }
  } catch {
    // Said below, the same as for JSON of another shape.
  }
  throw new BuildError(`"${path}" is there, but is not a manifest, so nothing was added to it`, {
    hint: "Move the file away, or choose another one with output.",
  });
}
