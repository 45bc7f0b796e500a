import { readFile } from "node:fs/promises";
import { arch, availableParallelism } from "node:os";
import { basename, relative, resolve } from "node:path";
import { archiveTime, fileEntry, textEntry, withProgress, type ArchiveEntry } from "../../../lib/archive/entry.ts";
import { tar } from "../../../lib/archive/tar.ts";
import type { ByteSource } from "../../../lib/byte-source.ts";
import { compressionFormats } from "../../../lib/compress/formats.ts";
import { BUILDER_ID, type BoxState } from "../../../sdk/artifact-state.ts";
import { architectureOf, type Artifact } from "../../../sdk/artifact.ts";
import type { PostProcessed, PostProcessor } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { fileArtifact } from "../../../owned/file-artifact.ts";
import { refuseInputAsOutput, writeOutputFile } from "../../../owned/output-file.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import { vagrantArchitecture } from "./architecture.ts";
import type { BoxContent, BoxProvider } from "./provider.ts";
import { providerByBuilder, providerByName } from "./providers/by-builder.ts";
import { checkBoxFiles } from "./check-files.ts";
import { schema, type VagrantConfig } from "./options.ts";
import { renderVagrantfile } from "./vagrantfile.ts";
import { windowsStatements } from "./windows.ts";

export const postProcessor: PostProcessor<VagrantConfig> = {
  kind: "post-processor",
  type: "vagrant",
  summary: "Packages an artifact as a Vagrant box.",
  schema,
  checkFiles: (config, { work }) => checkBoxFiles(config, work),
  async process(run: Run, config: VagrantConfig, input: Artifact): Promise<PostProcessed> {
    const provider = providerFor(input, config);
    const options = { ...config, ...config.override[provider.name] };
    const architecture = vagrantArchitecture(options.architecture ?? guestArchitecture(run, input));
    const names = { Provider: provider.name, Architecture: architecture };
    const values = { BuildName: run.build.sourceName, ArtifactId: input.id, ...names };
    const path = resolve(run.directories.work, options.output.render(values));
    await refuseInputAsOutput(path, input.files);
    const digest = await run.step("package box", async (step) => {
      run.say(`Creating a Vagrant box for the provider "${provider.name}" (${architecture})`);
      const entries = await boxEntries(run, step, { options, provider, input, architecture, values });
      return writeOutputFile(run, step, path, packed(run, entries, options.compression_level));
    });
    const shown = relative(run.directories.work, path);
    const state: BoxState = { provider: provider.name, architecture };
    const description = `'${provider.name}' provider box: ${shown}`;
    const more = { id: provider.name, state, digests: { [path]: digest } };
    return {
      artifact: fileArtifact(BUILDER_ID.vagrantBox, [path], description, more),
      keepInput: false,
      mustKeepInput: provider.mustKeepInput,
    };
  },
};

function providerFor(input: Artifact, config: VagrantConfig): BoxProvider {
  if (config.provider_override !== undefined) {
    const provider = providerByName[config.provider_override];
    if (provider) return provider;
    const names = Object.keys(providerByName).join(", ");
    throw new BuildError(`"${config.provider_override}" is not a provider that boxes can be made for.`, {
      hint: `Use one of: ${names}.`,
    });
  }
  const provider = providerByBuilder[input.builderId];
  if (provider) return provider;
  throw new BuildError(`No Vagrant provider goes with artifacts of "${input.builderId}".`, {
    hint: 'Boxes are made from machine images. If the artifact\'s files are one, name the provider with provider_override = "virtualbox" (or another).',
  });
}

function guestArchitecture(run: Run, input: Artifact): string {
  const stated = architectureOf(input);
  if (stated) return stated;
  run.warn(
    "The artifact does not say which architecture its machine has; taking this machine's. Set architecture to be sure.",
  );
  return arch();
}

interface Box {
  readonly options: VagrantConfig;
  readonly provider: BoxProvider;
  readonly input: Artifact;
  readonly architecture: string;
  /** What `output` and `vagrantfile_template` may use. */
  readonly values: Readonly<Record<"BuildName" | "Provider" | "Architecture" | "ArtifactId", string>>;
}

/** `metadata.json` first: readers of a large box find it without unpacking the disk. */
async function boxEntries(run: Run, step: Step, box: Box): Promise<ArchiveEntry[]> {
  const included = await includedEntries(run, step, box.options.include);
  const custom = await customVagrantfile(run, box);
  const content = await box.provider.content(box.input, step.signal);
  const own = included.find((entry) => entry.name === "metadata.json");
  const metadata = own ?? textEntry("metadata.json", metadataText(box, content));
  const statements = [...windowsStatements(box.input, box.provider.name), ...content.vagrantfile];
  const vagrantfile = textEntry("Vagrantfile", renderVagrantfile(statements, custom));
  const entries = [metadata, vagrantfile, ...included.filter((entry) => entry !== metadata), ...content.entries];
  refuseDuplicates(entries);
  return entries;
}

function metadataText(box: Box, content: BoxContent): string {
  const metadata = { provider: box.provider.name, architecture: box.architecture, ...content.metadata };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

function includedEntries(run: Run, step: Step, paths: readonly string[]): Promise<ArchiveEntry[]> {
  const entries = paths.map(async (path) => {
    try {
      return await fileEntry(resolve(run.directories.work, path), basename(path), step.signal);
    } catch (cause) {
      throw new BuildError(`The file "${path}" in include cannot be read.`, { cause });
    }
  });
  return Promise.all(entries);
}

async function customVagrantfile(run: Run, { options, values }: Box): Promise<string | undefined> {
  if (options.vagrantfile_template === undefined) return undefined;
  try {
    const text = await readFile(resolve(run.directories.work, options.vagrantfile_template), "utf8");
    return options.output.withText(text).render(values);
  } catch (cause) {
    if (cause instanceof BuildError) throw cause;
    throw new BuildError(`The vagrantfile_template "${options.vagrantfile_template}" cannot be used.`, { cause });
  }
}

function refuseDuplicates(entries: readonly ArchiveEntry[]): void {
  const twice = entries.find((entry, index) => entries.findIndex(({ name }) => name === entry.name) !== index);
  if (!twice) return;
  throw new BuildError(`Two files of the box would be called "${twice.name}".`, {
    hint: "Rename or remove the one in include.",
  });
}

/** A plain tar for level 0. */
function packed(run: Run, entries: readonly ArchiveEntry[], level: number): ByteSource {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  let done = 0;
  const counted = entries.map((entry) =>
    withProgress(entry, (bytes) => run.progress("Packaging", (done += bytes), total)),
  );
  const archive = tar(counted, archiveTime(run.host.env));
  if (level === 0) return archive;
  const { gz } = compressionFormats;
  const usedLevel = level === -1 ? gz.levels.default : level;
  return gz.compress(archive, { level: usedLevel, concurrency: availableParallelism() });
}
