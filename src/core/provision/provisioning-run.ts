import type { BuilderRun, GeneratedData, Machine } from "../../sdk/component.ts";
import type { BuildPlan } from "../../template/model.ts";
import { errorText } from "../../lib/error-text.ts";
import { BuildCheckpoints } from "../checkpoints/build-checkpoints.ts";
import { BuildRun } from "../run/build-run.ts";
import type { Session } from "../run/session.ts";
import { loggedCommunicator } from "./logged-communicator.ts";
import { runProvisioner } from "./run-provisioner.ts";

/** The run a builder gets: it can have its machine provisioned, once. */
export class ProvisioningRun extends BuildRun implements BuilderRun {
  readonly hasProvisioners: boolean;
  readonly checkpoints: BuildCheckpoints | undefined;
  readonly #plan: BuildPlan;
  #data: GeneratedData | undefined;
  #errorCleanup: ((signal: AbortSignal) => Promise<void>) | undefined;

  constructor(session: Session, plan: BuildPlan, signal: AbortSignal) {
    super(session, plan.identity, signal);
    this.#plan = plan;
    this.checkpoints = checkpointsOf(this, session, plan);
    this.hasProvisioners = plan.provisioners.some(({ component }) => component.onHost !== true);
  }

  /** What `build.*` means in this build, as far as it is known. */
  get data(): GeneratedData {
    return { ...this.#data, PackerRunUUID: this.runId };
  }

  /** The data of an earlier run, whose artifact takes the place of building. */
  adopt(data: GeneratedData): void {
    this.#data = data;
  }

  async provision(machine: Machine): Promise<void> {
    this.#data = machine.data;
    const communicator = loggedCommunicator(machine.communicator, this);
    const whole: Machine = { ...machine, communicator, data: this.data };
    this.#registerErrorCleanup(whole);
    const resumedAt = this.checkpoints?.resumedAt;
    if (resumedAt === undefined) await this.checkpoints?.reached(0, whole);
    for (const [index, planned] of this.#plan.provisioners.entries()) {
      if (index < (resumedAt ?? 0)) continue;
      await this.pause("Pausing before the next provisioner.");
      await this.checkpoints?.about(index + 1);
      await runProvisioner({ run: this, planned, machine: whole, signal: this.signal });
      await this.checkpoints?.reached(index + 1, whole);
    }
  }

  /**
   * `-on-error=run-cleanup-provisioner`: that one runs while the machine is there, then everything is left as it is.
   */
  async leaveAfterErrorCleanup(): Promise<void> {
    this.failures.abandon();
    await this.#errorCleanup?.(this.signal);
  }

  #registerErrorCleanup(machine: Machine): void {
    const planned = this.#plan.errorCleanupProvisioner;
    if (!planned) return;
    this.#errorCleanup = async (signal) => {
      // Its own failure is reported beside the first one, and must not stop the clean-up.
      await runProvisioner({ run: this, planned, machine, signal }).catch((error: unknown) =>
        this.emit({
          kind: "error",
          build: this.build.name,
          text: `The error-cleanup provisioner failed: ${errorText(error)}`,
        }),
      );
    };
    this.onCleanup("error-cleanup provisioner", async (_, signal) => this.#errorCleanup?.(signal), "failed");
  }
}

function checkpointsOf(run: ProvisioningRun, session: Session, plan: BuildPlan): BuildCheckpoints | undefined {
  if (!session.checkpoints) return undefined;
  const checkpoints = new BuildCheckpoints(run, plan, session.checkpoints);
  if (plan.builder.component.savesMachines === true) return checkpoints;
  checkpoints.giveUp(`${plan.builder.type} cannot save its machines. It is built as usual.`);
  return undefined;
}
