import { access, mkdir } from "node:fs/promises";
import { startCommand, type RunningCommand } from "../../lib/process.ts";
import { poll } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { ownProcess } from "../../owned/owned-process.ts";
import type { Run } from "../../sdk/run.ts";
import type { ControlSockets } from "./control-sockets.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { toolFailure } from "./tool-failure.ts";

/** Starts a TPM emulator for one machine, listening on `sockets.tpm`. It and its state end with the build. */
export async function startTpm(run: Run, config: Pick<QemuConfig, "use_tpm1">, sockets: ControlSockets): Promise<void> {
  await run.step("start TPM", async (step) => {
    const state = `${sockets.mark}-tpm`;
    await mkdir(state, { mode: 0o700 });
    const process: { running?: RunningCommand } = {};
    const owned = await ownProcess(step, {
      mark: sockets.tpm,
      program: "swtpm",
      undo: async () => process.running?.stop(1000),
    });
    const args = ["socket", "--tpmstate", `dir=${state}`, "--ctrl", `type=unixio,path=${sockets.tpm}`, "--terminate"];
    if (!config.use_tpm1) args.push("--tpm2");
    const running = startCommand("swtpm", args, {
      env: run.host.env,
      onLine: (line) => run.debug("swtpm", line),
    });
    process.running = running;
    if (running.pid !== undefined) await owned.started(running.pid);
    await listening(running, sockets.tpm, step.signal);
  });
}

async function listening(running: RunningCommand, socket: string, signal: AbortSignal): Promise<void> {
  const ended = running.finished.then(
    ({ stderr, code }) => startFailure(stderr.trim(), code),
    (error: unknown) => toolFailure("swtpm", error),
  );
  const ask = () =>
    Promise.race([
      ended.then((failure) => Promise.reject(failure as Error)),
      access(socket).then(
        () => true,
        () => undefined,
      ),
    ]);
  const up = await poll(ask, { intervalMs: 20, timeoutMs: 10_000, signal });
  if (up !== true) throw new BuildError("swtpm did not open its socket within 10 s");
}

function startFailure(output: string, code: number): BuildError {
  const why = output || `exit code ${code}`;
  return new BuildError(`swtpm did not start: ${why}`);
}
