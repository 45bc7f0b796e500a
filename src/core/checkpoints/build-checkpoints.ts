import { join } from "node:path";
import { abortedLater } from "../../lib/aborted-later.ts";
import { awaitedLater } from "../../lib/awaited-later.ts";
import { describeDuration } from "../../lib/duration.ts";
import { errorText } from "../../lib/error-text.ts";
import { asFileName } from "../../lib/file-name.ts";
import { isSystemError } from "../../lib/system-error.ts";
import type { Checkpoints, KeyInputs, MachineState, SavedMachine } from "../../sdk/checkpoint.ts";
import type { Machine } from "../../sdk/component.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { createOwnedDirectory } from "../../owned/owned-directory.ts";
import type { BuildPlan, PlannedProvisioner } from "../../template/model.ts";
import type { BuildRun } from "../run/build-run.ts";
import { describeStep } from "../describe-step.ts";
import { CheckpointExchange } from "./exchange.ts";
import { changedOutput, hostOutputs, type HostOutputs } from "./host-outputs.ts";
import { keyMachine, keyProvisioner, type KeyedStep, type Keying } from "./key-chain.ts";
import type { CheckpointRecord } from "./record.ts";
import type { CurrentValues } from "./named-values.ts";
import type { CheckpointPlace } from "./place.ts";
import { MEMORY_ROLE, packMemory } from "./pack-memory.ts";
import type { CheckpointStore, FileToStore } from "./store.ts";
import { removeMemory, removeTaken, takeFiles } from "./taken-files.ts";
import { whyAgain } from "./why-again.ts";

/** The checkpoints of one build: where it can go on, and what it saves on its way. */
export class BuildCheckpoints implements Checkpoints {
  readonly #run: BuildRun;
  /** For what is written when the run is interrupted: a moment longer. */
  readonly #grace: AbortSignal;
  readonly #plan: BuildPlan;
  readonly #store: CheckpointStore;
  readonly #template: string;
  readonly #values: CurrentValues;
  readonly #exchange: CheckpointExchange | undefined;
  /** The steps as they were keyed when the build began; what has run is keyed again, with its files as it read them. */
  #chain: KeyedStep[] = [];
  #directory: Promise<string> | undefined;
  #resumedAt: number | undefined;
  #outputs: HostOutputs = {};
  /** Objects that are known already, by path. */
  readonly #objects = new Map<string, string>();
  /** Written one after the other, while the machine goes on. */
  #writing: Promise<void> = Promise.resolve();
  #latest: Pick<CheckpointRecord, "step" | "name"> | undefined;
  #isOff = false;

  constructor(run: BuildRun, plan: BuildPlan, { store, template, values, shared }: CheckpointPlace) {
    this.#run = run;
    this.#grace = abortedLater(run.signal, GRACE_MS);
    this.#plan = plan;
    this.#store = store;
    this.#template = template;
    this.#values = values;
    this.#exchange = shared && new CheckpointExchange(run, store, shared);
  }

  /** How many provisioners the machine has behind it; `undefined` where it was made anew. */
  get resumedAt(): number | undefined {
    return this.#resumedAt;
  }

  /** Where the machine would be brought back to if the build began anew, in words; absent where nothing is saved. */
  get latest(): string | undefined {
    return this.#latest && placeOf(this.#latest, this.#plan);
  }

  workplace(): Promise<string> {
    this.#directory ??= this.#makeWorkplace();
    return this.#directory;
  }

  async resume<Brought>(
    machine: KeyInputs,
    bring: (saved: SavedMachine) => Promise<Brought>,
  ): Promise<{ readonly brought: Brought } | undefined> {
    this.#chain = [keyMachine(machine, this.#keying())];
    for (const planned of this.#plan.provisioners) await this.#keyNext(planned, this.#chain.length);
    for (const step of this.#chain.slice(0, this.#lastReusable() + 1).toReversed()) {
      const record = await this.#usable(step);
      const resumed = record && (await this.#tryToBring(record, bring));
      if (!resumed) continue;
      this.#restored(record);
      await this.#sayWhy(record.step);
      await this.#store.touch(record.key);
      return resumed;
    }
    await this.#sayWhy(-1);
    return undefined;
  }

  giveUp(why: string): void {
    const which = this.#latest === undefined ? "No checkpoints" : "No more checkpoints";
    if (!this.#isOff) this.#run.warn(`${which} of this build: ${why}`);
    this.#isOff = true;
  }

  /** Step `index` is about to run: its files may have been made by the steps before it. */
  async about(index: number): Promise<void> {
    if (this.#isOff || this.#chain.length === 0) return;
    await this.#keyNext(this.#plan.provisioners[index - 1]!, index);
  }

  /** Step `index` is done (0: the machine let us in). Saves the machine; what goes wrong costs the checkpoint only. */
  async reached(index: number, machine: Machine): Promise<void> {
    const planned = this.#plan.provisioners[index - 1];
    if (planned) await this.#noteOutputs(planned, machine);
    const isWanted = planned === undefined || (planned.checkpoint && planned.component.onHost !== true);
    const step = this.#chain[index];
    if (this.#isOff || !isWanted || !step || step.runsAlways || !machine.save) return;
    const save = machine.save;
    const saved = await this.#run.trial("save", () =>
      this.#run.step("save a checkpoint", ({ signal }) => save(signal)),
    );
    this.#run.signal.throwIfAborted();
    if ("error" in saved) return this.giveUp(errorText(saved.error));
    const record = this.#recordOf(step, index, saved.result);
    this.#writing = awaitedLater(this.#writing.then(() => this.#write(record, saved.result)));
  }

  /** Everything saved is in the store. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #keyNext(planned: PlannedProvisioner, index: number): Promise<void> {
    this.#chain[index] = await keyProvisioner(planned, this.#chain[index - 1]!, this.#keying());
  }

  #keying(): Keying {
    const digest = (value: unknown): string => this.#store.digest(value);
    return { plan: this.#plan, directories: this.#run.directories, digest };
  }

  async #makeWorkplace(): Promise<string> {
    const name = `${this.#run.runId}-${asFileName(this.#run.build.name)}`;
    return this.#run.step("prepare the checkpoint store", async (step) => {
      const directory = await createOwnedDirectory(this.#run, step, this.#store.workplace(name), { mode: 0o700 });
      return directory.path;
    });
  }

  #lastReusable(): number {
    const first = this.#chain.findIndex(({ runsAlways }) => runsAlways !== undefined);
    return first === -1 ? this.#chain.length - 1 : first - 1;
  }

  /** `undefined`: there is none, or it is of no use any more. */
  async #usable({ key }: KeyedStep): Promise<CheckpointRecord | undefined> {
    const record = (await this.#store.read(key)) ?? (await this.#exchange?.bring(key, await this.workplace()));
    const changed = record && (await changedOutput(record.outputs));
    if (changed === undefined) return record;
    this.#run.say(`Not going on after ${record!.name}: ${changed}, which it wrote, is gone or has changed.`);
    return undefined;
  }

  async #tryToBring<Brought>(
    record: CheckpointRecord,
    bring: (saved: SavedMachine) => Promise<Brought>,
  ): Promise<{ readonly brought: Brought } | undefined> {
    const directory = await this.workplace();
    const tried = await this.#run.trial("restore", async () => {
      const { saved, objects } = await takeFiles(this.#store, record, { directory, signal: this.#run.signal });
      const brought = await whileWhole(saved, bring);
      for (const [path, object] of objects) this.#objects.set(path, object);
      return brought;
    });
    this.#run.signal.throwIfAborted();
    if ("result" in tried) {
      await removeMemory(directory);
      return { brought: tried.result };
    }
    this.#run.warn(`The checkpoint ${placeOf(record, this.#plan)} is passed over: ${errorText(tried.error)}`);
    await removeTaken(record, directory);
    return undefined;
  }

  #restored(record: CheckpointRecord): void {
    this.#resumedAt = record.step;
    this.#latest = record;
    this.#outputs = record.outputs;
    const age = describeDuration(Math.max(0, this.#run.host.clock.now() - record.createdAt));
    const left = this.#plan.provisioners.length - record.step;
    this.#run.say(`Restored ${placeOf(record, this.#plan)}, saved ${age} ago; ${left} to run.`);
    this.#saySkipped(record.step);
  }

  /** What runs on this computer may depend on anything. */
  #saySkipped(step: number): void {
    const skipped = this.#plan.provisioners
      .slice(0, step)
      .filter(({ component }) => component.hasHiddenInputs === true);
    for (const planned of skipped) {
      this.#run.say(
        `Not run again: ${describeStep(planned, "provisioner")}, whose arguments are unchanged. Name what else it depends on in checkpoint_key, or set always = true.`,
      );
    }
  }

  async #sayWhy(reached: number): Promise<void> {
    const next = this.#chain[reached + 1];
    if (!next) return;
    const earlier = { records: await this.#earlier(), values: this.#values };
    const why = whyAgain(next, reached + 1, earlier);
    if (why !== undefined) this.#run.say(`To run again from ${next.name}: ${why}.`);
  }

  /** Checkpoints of this build of this template. */
  async #earlier(): Promise<readonly CheckpointRecord[]> {
    const { name } = this.#run.build;
    const all = await this.#store.list();
    return all.filter((record) => record.template === this.#template && record.build === name);
  }

  async #noteOutputs(planned: PlannedProvisioner, { data }: Machine): Promise<void> {
    if (!planned.component.filesWritten) return;
    const { config } = planned.decode(data);
    if (config === undefined) return;
    this.#outputs = { ...this.#outputs, ...(await hostOutputs(planned, config, this.#run.directories)) };
  }

  #recordOf(step: KeyedStep, index: number, { facts }: MachineState): Omit<CheckpointRecord, "files"> {
    const { key, parent, name, inputs } = step;
    return {
      version: 1,
      key,
      parent,
      template: this.#template,
      build: this.#run.build.name,
      step: index,
      name,
      createdAt: this.#run.host.clock.now(),
      inputs,
      values: this.#values.named,
      outputs: this.#outputs,
      facts,
    };
  }

  async #write(record: Omit<CheckpointRecord, "files">, { files }: MachineState): Promise<void> {
    try {
      const toStore = new Map<string, FileToStore>();
      for (const [role, path] of Object.entries(files)) toStore.set(role, await this.#toStore(role, path));
      const written = await this.#store.write(record, toStore);
      for (const [role, { path }] of toStore) this.#objects.set(path, written.files[role]!.object);
      this.#latest = record;
      if (this.#run.signal.aborted) this.#run.say(`The checkpoint ${placeOf(record, this.#plan)} is still saved.`);
      this.#run.debug("checkpoint", `${record.name} saved`, { key: record.key });
      await this.#exchange?.offer(written);
    } catch (error) {
      if (this.#run.signal.aborted) {
        return this.#run.say(`The checkpoint ${placeOf(record, this.#plan)} was not packed yet, and is dropped.`);
      }
      const place = join(this.#store.directory, "objects", record.key);
      this.giveUp(errorText(isSystemError(error) ? await writeFailure(place, error) : error));
    }
  }

  async #toStore(role: string, path: string): Promise<FileToStore> {
    if (role === MEMORY_ROLE) return packMemory(path, this.#grace);
    return { path, object: this.#objects.get(path) };
  }
}

const GRACE_MS = 1000;

/** A machine that was brought back from files of which each is what it was. */
async function whileWhole<Brought>(
  saved: SavedMachine,
  bring: (saved: SavedMachine) => Promise<Brought>,
): Promise<Brought> {
  const [brought] = await Promise.allSettled([bring(saved)]);
  // What is damaged may not go on either, and this says more.
  await saved.verify();
  if (brought.status === "rejected") throw brought.reason;
  return brought.value;
}

function placeOf({ step, name }: Pick<CheckpointRecord, "step" | "name">, { provisioners }: BuildPlan): string {
  if (step === 0) return "before the first provisioner";
  return `after provisioner ${step} of ${provisioners.length} (${name})`;
}
