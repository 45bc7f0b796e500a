import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import type { DigestAlgorithm } from "../../../lib/checksum.ts";
import { readPieces } from "../../../lib/read-pieces.ts";
import type { PostProcessor } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { fileArtifact } from "../../../owned/file-artifact.ts";
import { describeFiles } from "./describe-files.ts";
import type { Run } from "../../../sdk/run.ts";
import { choice, lateWithDefault, list } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { changeSharedFile } from "./shared-file.ts";

const schema = defineSchema({
  checksum_types: list(
    choice(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], "A kind of checksum."),
    "The kinds of checksums to write.",
  ).default(["md5"]),
  output: lateWithDefault(
    ["BuildName", "BuilderType", "ChecksumType"],
    "packer_{{.BuildName}}_{{.BuilderType}}_{{.ChecksumType}}.checksum",
    "The file to write to. `{{ .BuildName }}`, `{{ .BuilderType }}` and `{{ .ChecksumType }}` are known. Lines of other files in it are kept.",
  ),
});
type ChecksumConfig = ConfigOf<typeof schema>;

export const postProcessor: PostProcessor<ChecksumConfig> = {
  kind: "post-processor",
  type: "checksum",
  summary: "Writes checksums of the artifact's files.",
  schema,
  independent: true,
  async process(run, config, input) {
    if (input.files.length === 0) {
      run.warn(`The artifact (${input.description}) has no files, so there is nothing to make a checksum of.`);
      return { artifact: input, keepInput: true, mustKeepInput: true };
    }
    const lines = await checksumLines(run, config, input.files);
    for (const [path, added] of lines) await changeSharedFile(run, path, (before) => withLines(before, added));
    const files = [...input.files, ...[...lines.keys()].filter((path) => !input.files.includes(path))];
    const artifact = fileArtifact(BUILDER_ID.checksum, files, describeFiles(files, run.directories.work), {
      state: input.state,
      digests: input.digests,
    });
    return { artifact, keepInput: true, mustKeepInput: true };
  },
};

type Lines = Map<string, string[]>;

/** `hex<TAB>name` for each file and kind, by the file they go to. */
async function checksumLines(run: Run, config: ChecksumConfig, files: readonly string[]): Promise<Lines> {
  const lines: Lines = new Map();
  for (const file of files) {
    const digests = await digestsOf(run, file, config.checksum_types);
    for (const [type, hex] of digests) {
      const values = { BuildName: run.build.sourceName, BuilderType: run.build.builderType, ChecksumType: type };
      const path = resolve(run.directories.work, config.output.render(values));
      lines.set(path, [...(lines.get(path) ?? []), `${hex}\t${basename(file)}`]);
    }
  }
  return lines;
}

/** All kinds of checksums in one pass over the file. */
async function digestsOf(
  run: Run,
  file: string,
  types: readonly DigestAlgorithm[],
): Promise<readonly (readonly [DigestAlgorithm, string])[]> {
  const hashes = types.map((type) => [type, createHash(type)] as const);
  try {
    for await (const chunk of readPieces(file, { signal: run.signal })) {
      for (const [, hash] of hashes) hash.update(chunk);
    }
  } catch (cause) {
    run.signal.throwIfAborted();
    throw new BuildError(`The file ${file} of the artifact cannot be read`, { cause });
  }
  return hashes.map(([type, hash]) => [type, hash.digest("hex")]);
}

/** A line for the same file and kind of checksum is replaced, so that building twice does not give two lines. */
function withLines(before: string, added: readonly string[]): string {
  const replaced = new Set(added.map(lineKey));
  const kept = before.split("\n").filter((line) => line !== "" && !replaced.has(lineKey(line)));
  return [...kept, ...added, ""].join("\n");
}

/** The length of the digits tells the kind. */
function lineKey(line: string): string {
  const [hex = "", name = ""] = line.split("\t");
  return `${hex.length} ${name}`;
}
