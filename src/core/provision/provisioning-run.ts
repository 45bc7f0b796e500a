import type { BuilderRun, GeneratedData, Machine } from "../../sdk/component.ts";
import type { BuildInput } from "../../sdk/run.ts";
import { inputsOf } from "../../template/inputs-of.ts";
import type { BuildPlan } from "../../template/model.ts";
import { errorText } from "../../lib/error-text.ts";
import { BuildRun } from "../run/build-run.ts";
import type { Session } from "../run/session.ts";
import { loggedCommunicator } from "./logged-communicator.ts";
import { runProvisioner } from "./run-provisioner.ts";

/** The run a builder gets: it can have its machine provisioned, once. */
export class ProvisioningRun extends BuildRun implements BuilderRun {
  readonly hasProvisioners: boolean;
  readonly #plan: BuildPlan;
  #data: GeneratedData | undefined;
  #errorCleanup: ((signal: AbortSignal) => Promise<void>) | undefined;

  constructor(session: Session, plan: BuildPlan, signal: AbortSignal) {
    super(session, plan.identity, signal);
    this.#plan = plan;
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

  override inputs(): readonly BuildInput[] {
    return inputsOf(this.#plan);
  }

  async provision(machine: Machine): Promise<void> {
    this.#data = machine.data;
    const whole: Machine = { communicator: loggedCommunicator(machine.communicator, this), data: this.data };
    const signal = machine.lost ? AbortSignal.any([this.signal, machine.lost]) : this.signal;
    this.#registerErrorCleanup(whole);
    for (const planned of this.#plan.provisioners) {
      await this.pause("Pausing before the next provisioner.");
      await runProvisioner({ run: this, planned, machine: whole, signal });
    }
  }

  /**
   * `-on-error=run-cleanup-provisioner`: that one runs while the machine is there, then everything is left as it is.
   */
  async leaveAfterErrorCleanup(): Promise<void> {
    this.failures.abandon();
    await this.#errorCleanup?.(this.signal);
  }

  async cleanUpAfterError({ communicator }: Machine): Promise<void> {
    if (this.#errorCleanup === undefined) return;
    this.#errorCleanup = undefined;
    await this.#cleanUp({ communicator: loggedCommunicator(communicator, this), data: this.data }, this.signal);
  }

  #registerErrorCleanup(machine: Machine): void {
    if (!this.#plan.errorCleanupProvisioner) return;
    this.#errorCleanup = (signal) => this.#cleanUp(machine, signal);
    this.onCleanup("error-cleanup provisioner", async (_, signal) => this.#errorCleanup?.(signal), "failed");
  }

  /** Its own failure is reported beside the first one, and must not stop the clean-up. */
  async #cleanUp(machine: Machine, signal: AbortSignal): Promise<void> {
    const planned = this.#plan.errorCleanupProvisioner!;
    await runProvisioner({ run: this, planned, machine, signal }).catch((error: unknown) =>
      this.emit({
        kind: "error",
        build: this.build.name,
        text: `The error-cleanup provisioner failed: ${errorText(error)}`,
      }),
    );
  }
}
