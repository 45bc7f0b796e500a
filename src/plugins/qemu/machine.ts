import { startCommand, type CommandResult, type RunningCommand } from "../../lib/process.ts";
import { closedQmp, connectQmp, type QmpClient } from "./qmp.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run, Step } from "../../sdk/run.ts";
import type { ControlSockets } from "./control-sockets.ts";
import { ownMachine } from "./reaper.ts";
import { startFailure, SwitchedOffError } from "./start-failure.ts";
import { toolFailure } from "./tool-failure.ts";

export interface MachineStart {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly sockets: ControlSockets;
  /** Nobody can tell such a guest to shut down: it does so by itself, whenever it is ready. */
  readonly endsByItself?: boolean;
}

/** A QEMU that is up: it answered on its control socket. */
export interface RunningQemu {
  readonly qmp: QmpClient;
  /** Aborts when QEMU ends unexpectedly, or was lost otherwise; the reason is a BuildError. */
  readonly lost: AbortSignal;
  /** Ends the build: the machine is of no use any more. */
  lose(reason: BuildError): void;
  /** From now on QEMU may end: the guest is being shut down. */
  expectExit(): void;
  /** Settles when QEMU ended. */
  readonly exited: Promise<CommandResult>;
  /** Cuts the power; the images are flushed. */
  powerOff(): Promise<void>;
}

/** QEMU flushes its images when asked to quit; a stuck one is killed after this time. */
const QUIT_GRACE_MS = 2000;

/** Starts QEMU and waits until it answers. The process is journalled first and ends with the build. */
export async function startMachine(run: Run, step: Step, start: MachineStart): Promise<RunningQemu> {
  const machine: { running?: RunningCommand; qmp?: QmpClient } = {};
  const entry = await ownMachine(step, { ...start, ...start.sockets }, async () => {
    if (machine.running) await stop(machine.running, machine.qmp);
  });
  const tail = new Tail();
  run.debug("qemu", ["starting", start.binary, ...start.args].join(" "));
  const running = startCommand(start.binary, start.args, {
    env: run.host.env,
    killAfterMs: 0,
    onLine: (line) => {
      tail.add(line);
      run.debug("qemu", line);
    },
  });
  machine.running = running;
  if (running.pid !== undefined) await entry.started(running.pid);
  machine.qmp = await connected(running, start, tail, step.signal);
  const started = new QemuMachine(running, machine.qmp, tail);
  if (start.endsByItself) started.expectExit();
  return started;
}

/** QEMU may answer and still fail on a later argument: its connection is then lost a moment before the process ends. */
const LAST_WORDS_MS = 1000;

/** The control connection, or the reason why QEMU ended instead of answering. A guest that may be off is, perhaps, already. */
async function connected(running: RunningCommand, start: MachineStart, tail: Tail, signal: AbortSignal) {
  const ended = new AbortController();
  const failed = running.finished.then(
    (result) => startFailure(start, result, tail.text()),
    (error: unknown) => toolFailure(start.binary, error),
  );
  void failed.then((failure) => ended.abort(failure));
  try {
    const either = AbortSignal.any([signal, ended.signal]);
    return await connectQmp(start.sockets.control, { signal: either, timeoutMs: 60_000 });
  } catch (error) {
    signal.throwIfAborted();
    const failure = (await Promise.race([failed, sleep(LAST_WORDS_MS, signal)])) ?? error;
    if (failure instanceof SwitchedOffError && start.endsByItself) return closedQmp;
    throw failure;
  }
}

async function stop(running: RunningCommand, qmp: QmpClient | undefined): Promise<void> {
  // The answer may be lost with the connection; what counts is that the process ends.
  await qmp?.execute("quit", {}, { timeoutMs: QUIT_GRACE_MS }).catch(() => {});
  if (qmp) await Promise.race([running.finished.catch(() => {}), sleep(QUIT_GRACE_MS)]);
  await running.stop(QUIT_GRACE_MS);
  qmp?.close();
}

class QemuMachine implements RunningQemu {
  readonly qmp: QmpClient;
  readonly exited: Promise<CommandResult>;
  readonly #running: RunningCommand;
  readonly #lost = new AbortController();
  #expected = false;
  #asked: string | undefined;

  constructor(running: RunningCommand, qmp: QmpClient, tail: Tail) {
    this.#running = running;
    this.qmp = qmp;
    this.exited = running.finished;
    // QMP says why the machine stops before the process ends.
    qmp.onEvent(({ name, data }) => {
      if (name === "SHUTDOWN") this.#asked = String(data["reason"] ?? "");
      // QEMU pauses the machine when a write finds no space, and would leave it paused for ever.
      if (name === "BLOCK_IO_ERROR" && data["action"] === "stop") this.#lost.abort(writeFailure(data));
    });
    void this.exited.then(
      (result) => this.#ended(result, tail),
      (error: unknown) => this.#lost.abort(error),
    );
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  lose(reason: BuildError): void {
    this.#lost.abort(reason);
  }

  expectExit(): void {
    this.#expected = true;
  }

  async powerOff(): Promise<void> {
    this.expectExit();
    await stop(this.#running, this.qmp);
  }

  #ended(result: CommandResult, tail: Tail): void {
    if (this.#expected && result.code === 0) return;
    this.#lost.abort(endFailure(result, this.#asked, tail.text()));
  }
}

function endFailure(result: CommandResult, asked: string | undefined, said: string): BuildError {
  if (result.code === 0 && asked === "guest-shutdown") {
    return new BuildError("The guest switched itself off in the middle of the build", {
      hint: "If a provisioner is meant to shut the machine down, set shutdown_command instead.",
    });
  }
  if (result.code === 0) return new BuildError("QEMU was told to quit in the middle of the build");
  const how = result.signal === undefined ? `exit code ${result.code}` : `signal ${result.signal}`;
  const summary = `QEMU ended unexpectedly with ${how}`;
  return new BuildError(said === "" ? summary : `${summary}. It said:\n${said}`, { hint: hints[result.signal ?? ""] });
}

const hints: Readonly<Record<string, string>> = {
  SIGKILL: "Often the host had no memory left: see its kernel log.",
};

function writeFailure({ nospace, reason }: Readonly<Record<string, unknown>>): BuildError {
  if (nospace !== true) return new BuildError(`QEMU could not write to the machine's disk image: ${String(reason)}`);
  return new BuildError("The host's disk is full, so QEMU had to pause the machine", {
    hint: "Make room on the disk of the output directory, or set output_directory to a place that has some.",
  });
}

/** The last lines QEMU printed. */
class Tail {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > 20) this.#lines.shift();
  }

  text(): string {
    return this.#lines.join("\n").trim();
  }
}
