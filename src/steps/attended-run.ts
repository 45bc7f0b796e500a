import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../lib/retry.ts";
import type { BuilderRun } from "../sdk/component.ts";
import { ConnectionLost } from "../sdk/error.ts";
import type { Step } from "../sdk/run.ts";

/** What is watched while the steps of a build work with a machine. */
export interface Attendance {
  /** The machine's screen as PNG; `undefined` when there is none to be had (any more). */
  screenshot(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Aborts when the machine is gone although it should be running; the reason is an Error that says why. */
  readonly lost: AbortSignal;
}

/** A screenshot must not hold up the failure it illustrates. */
const SCREENSHOT_TIMEOUT_MS = 3000;

/**
 * The same run, with eyes on the machine: its steps end as soon as the machine is lost, and a step that fails (or the
 * provisioning) first leaves a screenshot beside the log and says where.
 */
export function attendedRun(run: BuilderRun, attendance: Attendance): BuilderRun {
  const signal = AbortSignal.any([run.signal, attendance.lost]);
  // One picture of one failure: an outer step fails because an inner one did.
  let pictured: unknown;
  const attend = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    try {
      return await body();
    } catch (failure) {
      if (failure instanceof ConnectionLost) await isLostSoon(attendance.lost, run.signal);
      const cause = attendance.lost.aborted && !run.signal.aborted ? attendance.lost.reason : failure;
      if (!run.signal.aborted && pictured !== cause) {
        pictured = cause;
        await picture(run, attendance, name);
      }
      throw cause;
    }
  };
  const delegate: Pick<BuilderRun, "step" | "provision"> = {
    step: (name, body) =>
      run.step(name, (step) =>
        attend(name, () => body(withSignal(step, AbortSignal.any([step.signal, attendance.lost])))),
      ),
    provision: (machine) => attend("provision", () => run.provision(machine)),
  };
  return overlay(run, { ...delegate, signal });
}

/** A guest that switches itself off hangs up some time before its machine ends. */
const FAREWELL_MS = 5000;

async function isLostSoon(lost: AbortSignal, signal: AbortSignal): Promise<void> {
  await sleep(FAREWELL_MS, AbortSignal.any([lost, signal])).catch(() => {});
}

function withSignal(step: Step, signal: AbortSignal): Step {
  return {
    signal,
    onCleanup: (what, undo, only) => step.onCleanup(what, undo, only),
    own: (resource, undo) => step.own(resource, undo),
  };
}

async function picture(run: BuilderRun, attendance: Attendance, step: string): Promise<void> {
  try {
    const png = await attendance.screenshot(AbortSignal.timeout(SCREENSHOT_TIMEOUT_MS));
    if (!png) return;
    const path = join(run.directories.log, `${fileName(`${run.build.name}-${step}`)}.png`);
    await mkdir(run.directories.log, { recursive: true });
    await writeFile(path, png);
    run.say(`The machine's screen at that moment: ${path}`);
  } catch (error) {
    run.debug("screenshot", `no screenshot of the failed step "${step}"`, { error: String(error) });
  }
}

function fileName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
}

/** An object that answers like `base` but for the given members; methods keep `base` as their `this`. */
function overlay<Base extends object>(base: Base, members: Partial<Base>): Base {
  return new Proxy(base, {
    get: (target, name) => {
      if (Object.hasOwn(members, name)) return members[name as keyof Base];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
