import { createAtomicFile } from "../lib/atomic-file.ts";
import { buildTree, TreeConflictError, type PlacedFile } from "../lib/file-tree.ts";
import { JOLIET_LONGEST } from "../lib/iso9660/naming.ts";
import { IsoError, writeIso } from "../lib/iso9660/create-iso.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import type { CdConfig } from "../sdk/schema/cd.ts";
import { collectMediaFiles } from "./media-files.ts";
import { diskError } from "./disk-error.ts";
import { privatePath } from "./private-path.ts";

const HINT = "TMPDIR names another place for temporary files.";

/** Makes the CD of `cd_*` in the run's private directory. `undefined` when nothing is to be put on one. */
export async function createCd(run: Run, config: CdConfig): Promise<string | undefined> {
  const patterns = config.cd_files ?? [];
  const content = config.cd_content ?? {};
  if (patterns.length === 0 && Object.keys(content).length === 0) return undefined;
  return run.step("create CD", async () => {
    run.say("Creating CD...");
    const now = new Date(run.host.clock.now());
    const files = await collectMediaFiles({ patterns, content, work: run.directories.work, now });
    for (const { path } of files) run.debug("cd", path);
    warnOfLongNames(run, files);
    const path = privatePath(run, "cd.iso");
    const image = await createAtomicFile(path, { mode: 0o600, volatile: true });
    try {
      await writeIso(image.handle, { root: buildTree(files, now, (name) => name), label: config.cd_label, now });
      await image.commit();
    } catch (error) {
      const isOurs = error instanceof IsoError || error instanceof TreeConflictError;
      if (isOurs) throw new BuildError(`The CD cannot be made: ${error.message}`, { cause: error });
      throw diskError(error, run.directories.temp, HINT) ?? error;
    } finally {
      await image.discard();
    }
    return path;
  });
}

function warnOfLongNames(run: Run, files: readonly PlacedFile[]): void {
  const names = new Set(files.flatMap(({ path }) => path.split("/")).filter((name) => name.length > JOLIET_LONGEST));
  for (const name of names) {
    run.warn(`Windows will see the name "${name}" on the CD cut at ${JOLIET_LONGEST} characters; Unix sees all of it.`);
  }
}
