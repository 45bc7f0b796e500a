import { formatDuration } from "../../lib/duration.ts";
import { sleep } from "../../lib/retry.ts";
import { deriveRun } from "../../sdk/derive-run.ts";
import type { Machine } from "../../sdk/component.ts";
import type { PlannedProvisioner } from "../../template/model.ts";
import { errorText } from "../../lib/error-text.ts";
import { describeStep } from "../describe-step.ts";
import { placeInWords, type PlaceInOrder } from "../failed-step.ts";
import type { BuildRun } from "../run/build-run.ts";
import { decodeNow } from "../run/decode-now.ts";
import { withTimeLimit } from "../run/time-limit.ts";

export interface ProvisionerJob {
  readonly run: BuildRun;
  readonly planned: PlannedProvisioner;
  /** Among the provisioners of its build; absent for the error-cleanup-provisioner. */
  readonly place?: PlaceInOrder;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  /** The provisioner as the template has it now, for a retry that the user asks for. */
  readonly renew?: (planned: PlannedProvisioner) => Promise<PlannedProvisioner>;
}

/**
 * One provisioner with its meta-arguments, outermost first: continue_on_error, max_retries, pause_before (before each
 * try), timeout (of each try, without its pause).
 */
export async function runProvisioner(job: ProvisionerJob): Promise<void> {
  const { run, renew, place } = job;
  let { planned } = job;
  let isRetry = false;
  await run.step(describeProvisioner(planned), async () => {
    if (isRetry && renew) planned = await renew(planned);
    isRetry = true;
    run.failures.place = placeInWords(planned, place);
    const current = { ...job, planned };
    if (planned.continueOnError) await attemptAndGoOn(current);
    else await attempt(current);
  });
  run.failures.place = undefined;
}

async function attemptAndGoOn(job: ProvisionerJob): Promise<void> {
  try {
    await attempt(job);
  } catch (error) {
    if (job.signal.aborted || job.run.failures.goesBack) throw error;
    job.run.warn(
      `The ${describeProvisioner(job.planned)} failed: ${errorText(error)}. Going on, because continue_on_error is set.${placeOf(job)}`,
    );
  }
}

/** On a line of its own. */
function placeOf({ planned, place }: ProvisionerJob): string {
  const words = placeInWords(planned, place);
  return words === undefined ? "" : `\n${words}`;
}

const describeProvisioner = (planned: PlannedProvisioner): string => describeStep(planned, "provisioner");

async function pauseBefore({ run, planned, signal }: ProvisionerJob): Promise<void> {
  if (planned.pauseBeforeMs <= 0) return;
  run.say(`Pausing ${formatDuration(planned.pauseBeforeMs)} before the ${describeProvisioner(planned)}...`);
  await sleep(planned.pauseBeforeMs, signal);
}

/** The first failure says most, so it is the one that is thrown when all attempts failed. */
async function attempt(job: ProvisionerJob): Promise<void> {
  const { run, planned, signal } = job;
  let first: { readonly error: unknown } | undefined;
  for (let left = planned.maxRetries; ; left--) {
    await pauseBefore(job);
    const tried = await run.scope("attempt", () => provisionOnce(job));
    if ("result" in tried) return;
    first ??= tried;
    if (left <= 0 || signal.aborted || run.failures.goesBack) throw first.error;
    const tries = left === 1 ? "1 try" : `${left} tries`;
    const step = describeProvisioner(planned);
    run.warn(`The ${step} failed: ${errorText(tried.error)}. Retrying; ${tries} left.${placeOf(job)}`);
  }
}

function provisionOnce({ run, planned, machine, signal }: ProvisionerJob): Promise<void> {
  const config = decodeNow(run, planned, machine.data);
  return withTimeLimit({ limitMs: planned.timeoutMs, what: `The ${describeProvisioner(planned)}`, signal }, (limited) =>
    planned.component.provision(deriveRun(run, { signal: limited }), config, machine),
  );
}
