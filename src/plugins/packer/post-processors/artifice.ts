import { resolve } from "node:path";
import { glob } from "tinyglobby";
import { displayPath } from "../../../lib/display-path.ts";
import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { PostProcessor } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { fileArtifact } from "../../../owned/file-artifact.ts";
import { list, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { describeFiles } from "./describe-files.ts";

const fields = {
  files: list(
    text("A file, or a pattern for files (`*`, `?`, `[ab]`, `{a,b}`, `**`)."),
    "The files of the new artifact, from the working directory.",
  ),
};
const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["files"], ({ files }) => {
      if (files.length > 0) return [];
      return [error("missing-argument", ["files"], "Missing files", '"files" must name at least one file.')];
    }),
  ],
});
type ArtificeConfig = ConfigOf<typeof schema>;

export const postProcessor: PostProcessor<ArtificeConfig> = {
  kind: "post-processor",
  type: "artifice",
  summary: "Puts files of your choice in the artifact's place, for the post-processors that follow.",
  schema,
  async process(run, { files }, input) {
    const cwd = run.directories.work;
    const found = new Set<string>();
    for (const pattern of files) for (const file of await match(pattern, cwd, run.signal)) found.add(file);
    const before = input.files.map((file) => displayPath(file, cwd));
    if (before.length > 0) run.say(`Leaving out the files of the artifact so far: ${before.join(", ")}`);
    const artifact = fileArtifact(BUILDER_ID.artifice, [...found], describeFiles([...found], cwd));
    run.say(artifact.description);
    return { artifact, keepInput: true };
  },
};

async function match(pattern: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  const found = await glob(pattern, { cwd, absolute: true, dot: true, onlyFiles: true, expandDirectories: false });
  if (found.length > 0) return found.map((file) => resolve(file)).sort();
  throw new BuildError(`No file matches "${pattern}"`, { hint: `It was looked for from ${cwd}.` });
}
