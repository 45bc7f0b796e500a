import { writeFileAtomic } from "../lib/atomic-file.ts";
import { createFat12Image, FloppyError } from "../lib/fat12.ts";
import { buildTree, TreeConflictError } from "../lib/file-tree.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import type { FloppyConfig } from "../sdk/schema/floppy.ts";
import { collectMediaFiles } from "./media-files.ts";
import { diskError } from "./disk-error.ts";
import { privatePath } from "./private-path.ts";

const HINT = "TMPDIR names another place for temporary files.";

/** Makes the floppy disk of `floppy_*` in the run's private directory. `undefined` when nothing is to be put on one. */
export async function createFloppy(run: Run, config: FloppyConfig): Promise<string | undefined> {
  const patterns = [...(config.floppy_files ?? []), ...(config.floppy_dirs ?? [])];
  const content = config.floppy_content ?? {};
  if (patterns.length === 0 && Object.keys(content).length === 0) return undefined;
  return run.step("create floppy disk", async () => {
    run.say("Creating floppy disk...");
    const now = new Date(run.host.clock.now());
    const files = await collectMediaFiles({ patterns, content, work: run.directories.work, now });
    for (const { path } of files) run.debug("floppy", path);
    const path = privatePath(run, "floppy.img");
    try {
      const tree = buildTree(files, now, (name) => name.toUpperCase());
      await writeFileAtomic(path, await createFat12Image(tree, config.floppy_label), { mode: 0o600, volatile: true });
    } catch (error) {
      if (error instanceof FloppyError || error instanceof TreeConflictError) {
        throw new BuildError(`The floppy disk cannot be made: ${error.message}`, {
          cause: error,
          hint: "cd_files and cd_content take any amount.",
        });
      }
      throw diskError(error, run.directories.temp, HINT) ?? error;
    }
    return path;
  });
}
