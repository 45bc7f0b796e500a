import { rm } from "node:fs/promises";
import { join } from "node:path";
import { awaitedLater } from "../../lib/awaited-later.ts";
import { describeDuration } from "../../lib/duration.ts";
import { errorText } from "../../lib/error-text.ts";
import type { Checkpoints, KeyInputs, MachineState, SavedMachine } from "../../sdk/checkpoint.ts";
import type { Machine } from "../../sdk/component.ts";
import { createOwnedDirectory } from "../../owned/owned-directory.ts";
import type { BuildPlan, PlannedProvisioner } from "../../template/model.ts";
import type { BuildRun } from "../run/build-run.ts";
import { describeStep } from "../describe-step.ts";
import { changedOutput, hostOutputs, type HostOutputs } from "./host-outputs.ts";
import { keyMachine, keyProvisioner, type KeyedStep, type Keying } from "./key-chain.ts";
import { packFile, unpackFile } from "./pack-file.ts";
import type { CheckpointRecord, StoredFile } from "./record.ts";
import type { CheckpointStore, FileToStore } from "./store.ts";
import { whyAgain } from "./why-again.ts";

/** Files of this role are packed: the memory of a guest is large, and half of it repeats itself. */
const PACKED_ROLE = "memory";

/** The checkpoints of one build: where it can go on, and what it saves on its way. */
export class BuildCheckpoints implements Checkpoints {
  readonly #run: BuildRun;
  readonly #plan: BuildPlan;
  readonly #store: CheckpointStore;
  /** The steps as they were keyed when the build began; what has run is keyed again, with its files as it read them. */
  #chain: KeyedStep[] = [];
  #directory: Promise<string> | undefined;
  #skipped = new Set<string>();
  #resumedAt: number | undefined;
  #outputs: HostOutputs = {};
  /** Objects that are known already, by path. */
  readonly #objects = new Map<string, string>();
  /** Written one after the other, while the machine goes on. */
  #writing: Promise<void> = Promise.resolve();
  #isOff = false;

  constructor(run: BuildRun, plan: BuildPlan, store: CheckpointStore) {
    this.#run = run;
    this.#plan = plan;
    this.#store = store;
  }

  /** How many provisioners the machine has behind it; `undefined` where it was made anew. */
  get resumedAt(): number | undefined {
    return this.#resumedAt;
  }

  workplace(): Promise<string> {
    this.#directory ??= this.#makeWorkplace();
    return this.#directory;
  }

  async find(machine: KeyInputs): Promise<SavedMachine | undefined> {
    this.#chain = [keyMachine(machine, this.#keying())];
    for (const planned of this.#plan.provisioners) await this.#keyNext(planned, this.#chain.length);
    return this.#best();
  }

  giveUp(why: string): void {
    if (!this.#isOff) this.#run.warn(`No checkpoints of this build: ${why}`);
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
    if (this.#isOff || !isWanted || !step || step.isAlwaysRun || !machine.save) return;
    try {
      const state = await this.#run.step(`save a checkpoint`, ({ signal }) => machine.save!(signal));
      const record = this.#recordOf(step, index, state);
      this.#writing = awaitedLater(this.#writing.then(() => this.#write(record, state)));
    } catch (error) {
      this.#run.signal.throwIfAborted();
      this.giveUp(errorText(error));
    }
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
    const name = `${this.#run.runId}-${this.#run.build.name.replaceAll(/[^\w.-]/g, "_")}`;
    return this.#run.step("prepare the checkpoint store", async (step) => {
      const directory = await createOwnedDirectory(this.#run, step, this.#store.workplace(name), { mode: 0o700 });
      return directory.path;
    });
  }

  async #best(): Promise<SavedMachine | undefined> {
    for (let index = this.#lastReusable(); index >= 0; index--) {
      const { key } = this.#chain[index]!;
      if (this.#skipped.has(key)) continue;
      const record = await this.#store.read(key);
      const saved = record && (await this.#take(record));
      if (saved) return saved;
    }
    await this.#sayWhy(-1);
    return undefined;
  }

  #lastReusable(): number {
    const first = this.#chain.findIndex(({ isAlwaysRun }) => isAlwaysRun);
    return first === -1 ? this.#chain.length - 1 : first - 1;
  }

  async #take(record: CheckpointRecord): Promise<SavedMachine | undefined> {
    this.#skipped.add(record.key);
    const changed = await changedOutput(record.outputs);
    if (changed !== undefined) {
      this.#run.say(`Not going on after ${record.name}: ${changed}, which it wrote, is gone or has changed.`);
      return undefined;
    }
    const directory = await this.workplace();
    try {
      return this.#savedMachine(record, await this.#unpacked(record, await this.#store.take(record, directory)));
    } catch (error) {
      this.#run.warn(`A checkpoint (${record.name}) is passed over: ${errorText(error)}`);
      await this.#discard(record);
      return undefined;
    }
  }

  async #unpacked(
    record: CheckpointRecord,
    paths: ReadonlyMap<string, string>,
  ): Promise<Readonly<Record<string, string>>> {
    const files: Record<string, string> = {};
    for (const [role, path] of paths) {
      const { packed, object } = record.files[role]!;
      files[role] = packed === undefined ? path : `${path}.unpacked`;
      if (packed === undefined) this.#objects.set(path, object);
      else await unpackFile(path, files[role], packed);
    }
    return files;
  }

  #savedMachine(record: CheckpointRecord, files: Readonly<Record<string, string>>): SavedMachine {
    return {
      files,
      facts: record.facts,
      restored: () => this.#restored(record),
      passOver: async (why) => {
        this.#run.warn(`A checkpoint (${record.name}) is passed over: ${why}`);
        await this.#discard(record);
        return this.#best();
      },
    };
  }

  #restored(record: CheckpointRecord): void {
    this.#resumedAt = record.step;
    this.#outputs = record.outputs;
    const age = describeDuration(Math.max(0, this.#run.host.clock.now() - record.createdAt));
    const total = this.#plan.provisioners.length;
    const where =
      record.step === 0
        ? "before the first provisioner"
        : `after provisioner ${record.step} of ${total} (${record.name})`;
    this.#run.say(`Restored ${where}, saved ${age} ago; ${total - record.step} to run.`);
    this.#saySkipped(record.step);
    void this.#store.touch(record.key);
    void this.#sayWhy(record.step).catch(() => {});
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
    const why = whyAgain(next, reached + 1, await this.#store.list());
    if (why !== undefined) this.#run.say(`To run again from ${next.name}: ${why}.`);
  }

  async #discard({ files }: CheckpointRecord): Promise<void> {
    const directory = await this.workplace();
    for (const role of Object.keys(files)) {
      await rm(join(directory, role), { force: true });
      await rm(join(directory, `${role}.unpacked`), { force: true });
    }
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
      template: this.#run.directories.template,
      build: this.#run.build.name,
      step: index,
      name,
      createdAt: this.#run.host.clock.now(),
      inputs,
      outputs: this.#outputs,
      facts,
    };
  }

  async #write(record: Omit<CheckpointRecord, "files">, { files }: MachineState): Promise<void> {
    try {
      const toStore = new Map<string, FileToStore>();
      for (const [role, path] of Object.entries(files)) toStore.set(role, await this.#packed(role, path));
      const written = await this.#store.write(record, toStore);
      for (const [role, { path }] of toStore) this.#objects.set(path, written.files[role]!.object);
      this.#run.debug("checkpoint", `${record.name} saved`, { key: record.key });
    } catch (error) {
      if (!this.#run.signal.aborted) this.giveUp(errorText(error));
    }
  }

  async #packed(role: string, path: string): Promise<FileToStore> {
    if (role !== PACKED_ROLE) return { path, object: this.#objects.get(path) };
    const to = `${path}.packed`;
    const packed: StoredFile["packed"] = await packFile(path, to, this.#run.signal);
    await rm(path, { force: true });
    return { path: to, packed };
  }
}
