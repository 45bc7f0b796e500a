import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDirectory } from "../lib/ensure-directory.ts";
import type { Run } from "../sdk/run.ts";

/** The screen of a machine as PNG; `undefined` when there is none to be had (any more). */
export type Screenshot = (signal: AbortSignal) => Promise<Uint8Array | undefined>;

/** A screenshot must not hold up what it illustrates. */
const SCREENSHOT_TIMEOUT_MS = 3000;

/** The screen at this moment; `undefined` where it cannot be had, which is a line in the log. */
export async function takePicture(run: Pick<Run, "debug">, screenshot: Screenshot): Promise<Uint8Array | undefined> {
  try {
    return await screenshot(AbortSignal.timeout(SCREENSHOT_TIMEOUT_MS));
  } catch (error) {
    run.debug("screenshot", "no screenshot", { error: String(error) });
    return undefined;
  }
}

/** Keeps a picture beside the log of the build; returns its path, or `undefined` where it cannot be written. */
export async function savePicture(
  run: Pick<Run, "build" | "debug" | "directories">,
  moment: string,
  picture: Uint8Array,
): Promise<string | undefined> {
  const { log } = run.directories;
  const name = `${run.build.name}-${moment}`.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  const path = join(log, `${name}.png`);
  try {
    await ensureDirectory(log);
    await writeFile(path, picture);
    return path;
  } catch (error) {
    run.debug("screenshot", `the picture "${name}" could not be kept`, { error: String(error) });
    return undefined;
  }
}
