import { sleep } from "../lib/retry.ts";
import type { BuilderRun } from "../sdk/component.ts";
import { deriveRun } from "../sdk/derive-run.ts";
import { ConnectionLost } from "../sdk/error.ts";
import { savePicture, takePicture, type Screenshot } from "./screen-picture.ts";

/** What is watched while the steps of a build work with a machine. */
export interface MachineWatch {
  readonly screenshot: Screenshot;
  /** Aborts when the machine is gone although it should be running; the reason is an Error that says why. */
  readonly lost: AbortSignal;
}

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
  const png = await takePicture(run, (signal) => watch.screenshot(signal));
  const path = png && (await savePicture(run, step, png));
  if (path !== undefined) run.say(`The machine's screen at that moment: ${path}`);
}
