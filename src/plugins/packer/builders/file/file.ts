import { constants } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { BUILDER_ID } from "../../../../sdk/artifact-state.ts";
import type { Builder, BuilderRun } from "../../../../sdk/component.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { fileArtifact } from "../../../../owned/file-artifact.ts";
import { missingFiles } from "../../../../sdk/missing-files.ts";
import type { OwnedFile } from "../../../../owned/file-being-written.ts";
import { createOwnedFile } from "../../../../owned/owned-file.ts";
import type { Step } from "../../../../sdk/run.ts";
import { text } from "../../../../sdk/schema/field.ts";
import { atMostOne, rule, warning } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { writeFailure } from "../../../../sdk/write-failure.ts";
import { createSilentCommunicator } from "./silent-communicator.ts";

const fields = {
  target: text("The file to write, from the working directory. An existing file is replaced."),
  content: text("What to write. The file is readable by its owner only (0600).").optional(),
  source: text("A file to copy. Where the file system can, the copy shares its blocks and takes no time.").optional(),
};
const schema = defineSchema(fields, {
  rules: [
    atMostOne("content", "source"),
    rule(fields, ["content", "source"], ({ content, source }) => {
      if (content || source) return [];
      const detail = 'Neither "content" nor "source" is set: "target" will be empty.';
      return [warning("empty-file", [], "Empty file", detail)];
    }),
  ],
});
type FileBuilderConfig = ConfigOf<typeof schema>;

export const builder: Builder<FileBuilderConfig> = {
  kind: "builder",
  type: "file",
  summary: "Writes a file on this computer, from text or as a copy. For trying out provisioners and post-processors.",
  schema,
  generatedData: [],
  needs: ({ target }) => ({ writes: [target] }),

  checkFiles: ({ source }, { work }) => missingFiles(source ? [[["source"], source]] : [], work),

  async build(run, config) {
    const path = resolve(run.directories.work, config.target);
    const file = await run.step("write file", (step) => write(run, step, path, config));
    await run.provision({ communicator: createSilentCommunicator(), data: { ID: config.target } });
    await file.keep();
    return fileArtifact(BUILDER_ID.file, [path], `Stored file: ${config.target}`, { id: "File" });
  },
};

async function write(run: BuilderRun, step: Step, path: string, config: FileBuilderConfig): Promise<OwnedFile> {
  try {
    const file = await createOwnedFile(run, step, path, { mode: 0o600 });
    if (config.source) await copy(run, config.source, file.temporaryPath);
    else await file.handle.writeFile(config.content ?? "", { signal: step.signal });
    await file.commit();
    // The old file has been replaced: removing the new one as well would leave the user with nothing.
    if (file.takesPlace) await file.keep();
    return file;
  } catch (cause) {
    step.signal.throwIfAborted();
    throw await writeFailure(path, cause);
  }
}

async function copy(run: BuilderRun, name: string, to: string): Promise<void> {
  const source = resolve(run.directories.work, name);
  const found = await stat(source).catch(() => undefined);
  if (!found) throw new BuildError(`The source "${name}" is not there`);
  if (!found.isFile()) throw new BuildError(`The source "${name}" is not a file`);
  await copyFile(source, to, constants.COPYFILE_FICLONE);
}
