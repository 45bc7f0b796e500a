import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import { resolve } from "node:path";
import { glob } from "tinyglobby";
import type { PostProcessor } from "../../../sdk/component.ts";
import { displayPath } from "../../../lib/display-path.ts";
import { describeFiles } from "../../../sdk/describe-files.ts";
import { BuildError } from "../../../sdk/error.ts";
import { fileArtifact } from "../../../sdk/file-artifact.ts";
import { list, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema(
  {
    files: list(
      text("A file, or a pattern for files (`*`, `?`, `[ab]`, `{a,b}`, `**`)."),
      "The files of the new artifact, from the working directory.",
    ),
  },
  {
    rules: [
      rule(["files"], ({ files }) =>
        Array.isArray(files) && files.length > 0
          ? []
          : [error("missing-argument", ["files"], "Missing files", '"files" must name at least one file.')],
      ),
    ],
  },
);

export const postProcessor: PostProcessor<ConfigOf<typeof schema>> = {
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
