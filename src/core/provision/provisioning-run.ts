import type { BuilderRun, GeneratedData, Machine } from "../../sdk/component.ts";
import type { BuildInput } from "../../sdk/run.ts";
import { inputsOf } from "../../template/inputs-of.ts";
import type { BuildPlan, PlannedProvisioner } from "../../template/model.ts";
import { BuildCheckpoints } from "../checkpoints/build-checkpoints.ts";
import { describeError } from "../describe-error.ts";
import { failedStep, placeInWords, type PlaceInOrder } from "../failed-step.ts";
import { describeStep } from "../describe-step.ts";
import { BuildRun } from "../run/build-run.ts";
import { renewStep } from "../run/renew-step.ts";
import type { Session } from "../run/session.ts";
import { heldLogin } from "./held-login.ts";
import { loginCommand } from "./login-command.ts";
import { loggedCommunicator } from "./logged-communicator.ts";
import { runProvisioner } from "./run-provisioner.ts";

/** The run a builder gets: it can have its machine provisioned, once. */
export class ProvisioningRun extends BuildRun implements BuilderRun {
  readonly hasProvisioners: boolean;
  readonly checkpoints: BuildCheckpoints | undefined;
  readonly #plan: BuildPlan;
  readonly #hold: Session["hold"];
  #data: GeneratedData | undefined;
  #errorCleanup: ((signal: AbortSignal) => Promise<void>) | undefined;

  constructor(session: Session, plan: BuildPlan, signal: AbortSignal) {
    super(session, plan.identity, signal);
    this.#plan = plan;
    this.#hold = session.hold;
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

  override inputs(): readonly BuildInput[] {
    return inputsOf(this.#plan);
  }

  async provision(machine: Machine): Promise<void> {
    this.#data = machine.data;
    const communicator = loggedCommunicator(machine.communicator, this);
    const whole: Machine = { ...machine, communicator, data: this.data };
    const signal = machine.lost ? AbortSignal.any([this.signal, machine.lost]) : this.signal;
    this.#registerErrorCleanup(whole);
    this.failures.login = loginCommand(this.data);
    try {
      await this.#provisionAll(whole, signal);
    } catch (error) {
      await this.#holdMachine(error);
      throw error;
    }
    await this.#holdMachine(undefined);
  }

  /** `develop`: what there is stays until a file changes, which ends the build. */
  async #holdMachine(error: unknown): Promise<void> {
    if (!this.#hold || this.signal.aborted || this.failures.goesBack) return;
    await this.checkpoints?.settled();
    await this.#hold({ build: this.build.name, login: await heldLogin(this, this.data), error });
  }

  async #provisionAll(whole: Machine, signal: AbortSignal): Promise<void> {
    const { provisioners } = this.#plan;
    const resumedAt = this.checkpoints?.resumedAt;
    if (resumedAt === undefined) await this.checkpoints?.reached(0, whole);
    for (const [index, planned] of provisioners.entries()) {
      if (index < (resumedAt ?? 0)) continue;
      const place = { number: index + 1, total: provisioners.length };
      await this.pause(beforeProvisioner(planned, place));
      await this.checkpoints?.about(index + 1);
      this.failures.wayBack = () => this.#wayBack();
      try {
        const renew = (old: PlannedProvisioner) => this.#renew(old, index);
        await runProvisioner({ run: this, planned, place, machine: whole, signal, renew });
      } catch (error) {
        const { type, name, range } = planned;
        this.failure ??= { error, step: failedStep({ what: `${type} provisioner`, name, range, ...place }) };
        throw error;
      }
      await this.checkpoints?.reached(index + 1, whole);
    }
  }

  /** For a retry. What is saved from here on would not be what the template said when the build began. */
  async #renew(planned: PlannedProvisioner, index: number): Promise<PlannedProvisioner> {
    const what = describeStep(planned, "provisioner");
    const find = (plan: BuildPlan) => plan.provisioners[index];
    const renewed = await renewStep<PlannedProvisioner>(this, { planned, what, find, data: this.data });
    this.checkpoints?.giveUp("A step was run again by hand, so that no further state of this machine is saved.");
    return renewed;
  }

  async #wayBack(): Promise<string | undefined> {
    await this.checkpoints?.settled();
    return this.checkpoints?.latest;
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

  /**
   * Its own failure is reported beside the first one, and must not stop the clean-up. `-on-error` has decided already:
   * nobody is asked again.
   */
  async #cleanUp(machine: Machine, signal: AbortSignal): Promise<void> {
    const planned = this.#plan.errorCleanupProvisioner!;
    const tried = await this.trial("error-cleanup", () => runProvisioner({ run: this, planned, machine, signal }));
    if (!("error" in tried)) return;
    const { text, hint } = describeError(tried.error);
    this.emit({
      kind: "error",
      build: this.build.name,
      text: `The error-cleanup provisioner failed: ${text}`,
      hint,
      step: failedStep({ what: `${planned.type} provisioner`, name: planned.name, range: planned.range }),
    });
  }
}

/** `-debug`: what comes next, and where it stands. */
function beforeProvisioner(planned: PlannedProvisioner, place: PlaceInOrder): string {
  const where = placeInWords(planned, place);
  const next = `Pausing before the next provisioner: ${describeStep(planned, "provisioner")}`;
  return where === undefined ? `${next}.` : `${next}, ${where}.`;
}

function checkpointsOf(run: ProvisioningRun, session: Session, plan: BuildPlan): BuildCheckpoints | undefined {
  if (!session.checkpoints) return undefined;
  if (plan.builder.component.savesMachines !== true) return undefined;
  return new BuildCheckpoints(run, plan, session.checkpoints);
}
