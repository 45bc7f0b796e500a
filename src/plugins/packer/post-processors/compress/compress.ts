import { BUILDER_ID } from "../../../../sdk/artifact-state.ts";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import type { Artifact } from "../../../../sdk/artifact.ts";
import { fileArtifact } from "../../../../owned/file-artifact.ts";
import type { PostProcessed, PostProcessor } from "../../../../sdk/component.ts";
import { BuildError } from "../../../../sdk/error.ts";
import type { FileDigest } from "../../../../sdk/file-digest.ts";
import type { Run, Step } from "../../../../sdk/run.ts";
import { archiveTime, withProgress, type ArchiveEntry } from "../../../../lib/archive/entry.ts";
import { tar } from "../../../../lib/archive/tar.ts";
import { zip } from "../../../../lib/archive/zip.ts";
import type { ByteSource } from "../../../../lib/byte-source.ts";
import { compressionFormats } from "../../../../lib/compress/formats.ts";
import { archiveEntries } from "./archive-entries.ts";
import { refuseInputAsOutput, writeOutputFile } from "../../../../owned/output-file.ts";
import { endingOf, type OutputFormat } from "./format.ts";
import { outputFormat, schema, type CompressConfig } from "./options.ts";

export const postProcessor: PostProcessor<CompressConfig> = {
  kind: "post-processor",
  type: "compress",
  summary: "Packs the files of an artifact into one archive, or compresses a single file.",
  schema,
  needsFiles: true,
  needs: (config, build) => ({ writes: [outputName({ build }, config)] }),
  async process(run: Run, config: CompressConfig, input: Artifact): Promise<PostProcessed> {
    const format = outputFormat(config);
    refuseWhatCannotBePacked(input, format);
    const path = resolve(run.directories.work, outputName(run, config));
    await refuseInputAsOutput(path, input.files);
    const shown = relative(run.directories.work, path);
    const digest = await run.step("compress", (step) => writeArchive(run, step, { path, format, config, input }));
    const artifact = fileArtifact(BUILDER_ID.compress, [path], `compressed artifacts in: ${shown}`, {
      digests: { [path]: digest },
    });
    return { artifact, keepInput: false };
  },
};

function outputName(run: Pick<Run, "build">, config: CompressConfig): string {
  const values = { BuildName: run.build.sourceName, BuilderType: run.build.builderType };
  return config.output?.render(values) ?? `packer_${values.BuildName}_${values.BuilderType}`;
}

/** What can be known before anything is read. */
function refuseWhatCannotBePacked(input: Artifact, format: OutputFormat): void {
  if (input.files.length === 0) {
    throw new BuildError(`There is nothing to compress: the artifact "${input.id}" has no files.`, {
      hint: "compress works on files; an image that lives in a cloud has none here. Remove the post-processor, or restrict it with only/except.",
    });
  }
  if (!format.archive && input.files.length > 1) {
    throw new BuildError(`The artifact has ${input.files.length} files, and .${endingOf(format)} holds only one.`, {
      hint: `Use an archive, for example an output that ends in .tar.${format.compression}.`,
    });
  }
}

interface Archiving {
  readonly path: string;
  readonly format: OutputFormat;
  readonly config: CompressConfig;
  readonly input: Artifact;
}

async function writeArchive(run: Run, step: Step, { path, format, config, input }: Archiving): Promise<FileDigest> {
  const entries = await archiveEntries(run, input, step.signal);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  let done = 0;
  const counted = entries.map((entry) =>
    withProgress(entry, (bytes) => run.progress("Compressing", (done += bytes), total)),
  );
  const source = packed(counted, { format, config, time: archiveTime(run.host.env) });
  return writeOutputFile(run, step, path, source);
}

interface Packing extends Pick<Archiving, "format" | "config"> {
  readonly time: Date;
}

function packed(entries: readonly ArchiveEntry[], { format, config, time }: Packing): ByteSource {
  const levelFor = (levels: { readonly default: number }): number => {
    const { compression_level: wanted = -1 } = config;
    if (wanted >= 0) return wanted;
    return levels.default;
  };
  const concurrency = availableParallelism();
  if (format.archive === "zip") {
    return zip(entries, { level: levelFor(compressionFormats.gz.levels), concurrency, time });
  }
  const plain = format.archive === "tar" ? tar(entries, time) : entries[0]!.open();
  if (!format.compression) return plain;
  const { levels, compress } = compressionFormats[format.compression];
  return compress(plain, { level: Math.max(levelFor(levels), levels.min), concurrency });
}
