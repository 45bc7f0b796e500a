import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../lib/retry.ts";
import type { BuilderRun } from "../sdk/component.ts";
import { deriveRun } from "../sdk/derive-run.ts";
import { ConnectionLost } from "../sdk/error.ts";

/** What is watched while the steps of a build work with a machine. */
export interface MachineWatch {
  /** The machine's screen as PNG; `undefined` when there is none to be had (any more). */
  screenshot(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Aborts when the machine is gone although it should be running; the reason is an Error that says why. */
  readonly lost: AbortSignal;
}

/** A screenshot must not hold up the failure it illustrates. */
const SCREENSHOT_TIMEOUT_MS = 3000;

/**
 * The same run while a machine is watched: its steps end as soon as the machine is lost, and a step that fails (or the
 * provisioning) first leaves a screenshot beside the log and says where.
 */
export function watchedRun(run: BuilderRun, watch: MachineWatch): BuilderRun {
  // One picture of one failure: an outer step fails because an inner one did.
  let pictured: unknown;
  const pictureFailure = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    try {
      return await body();
    } catch (failure) {
      if (failure instanceof ConnectionLost) await isLostSoon(watch.lost, run.signal);
      if (run.signal.aborted) throw failure;
      const cause = watch.lost.aborted ? (watch.lost.reason as Error) : failure;
      if (pictured !== cause) {
        pictured = cause;
        await picture(run, watch, name);
      }
      throw cause;
    }
  };
  return {
    ...deriveRun(run, { signal: watch.lost, aroundStep: pictureFailure }),
    hasProvisioners: run.hasProvisioners,
    checkpoints: run.checkpoints,
    cleanUpAfterError: (machine) => run.cleanUpAfterError(machine),
    provision: (machine) => pictureFailure("provision", () => run.provision(machine)),
  };
}

/** A guest that switches itself off hangs up some time before its machine ends. */
const FAREWELL_MS = 5000;

async function isLostSoon(lost: AbortSignal, signal: AbortSignal): Promise<void> {
  await sleep(FAREWELL_MS, AbortSignal.any([lost, signal])).catch(() => {});
}

async function picture(run: BuilderRun, watch: MachineWatch, step: string): Promise<void> {
  try {
    const png = await watch.screenshot(AbortSignal.timeout(SCREENSHOT_TIMEOUT_MS));
    if (!png) return;
    const name = `${run.build.name}-${step}`.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
    const path = join(run.directories.log, `${name}.png`);
    await mkdir(run.directories.log, { recursive: true });
    await writeFile(path, png);
    run.say(`The machine's screen at that moment: ${path}`);
  } catch (error) {
    run.debug("screenshot", `no screenshot of the failed step "${step}"`, { error: String(error) });
  }
}
