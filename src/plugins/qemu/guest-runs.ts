import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import { bootId } from "../../lib/process-identity.ts";
import { runCommand } from "../../lib/process.ts";
import type { Run } from "../../sdk/run.ts";
import { guestArchitecture } from "./architecture.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { PROBE_EXIT_DEVICE, PROBE_SUCCESS, probeRom } from "./probe-rom.ts";

export type HardwareAccelerator = "kvm" | "hvf" | "whpx";

/** A guest that works is done in about a tenth of a second; a loaded host gets twenty times that. */
const PROBE_TIMEOUT_MS = 2000;
/** How long an answer is believed. A failure may have been the host's load, so it is doubted sooner. */
const WORKS_FOR_MS = 24 * 3600_000;
const FAILS_FOR_MS = 600_000;

/** Whether a few million instructions of a throw-away guest run with this accelerator. The answer is remembered. */
export async function guestRuns(
  run: Run,
  config: QemuConfig,
  accelerator: HardwareAccelerator,
  signal: AbortSignal,
): Promise<boolean> {
  // The probe is x86 machine code. Elsewhere the device being there has to do.
  if (!["amd64", "i386"].includes(guestArchitecture(config.qemu_binary))) return true;
  const path = join(run.directories.cache, "accelerators.json");
  // Rebooting the host may load or fix its virtualisation.
  const key = [(await bootId()) ?? "", config.qemu_binary, accelerator, config.cpu_model ?? ""].join(" ");
  const known = await readMemory(path);
  const remembered = known[key];
  if (remembered && isBelieved(remembered, run.host.clock.now())) return remembered.works;
  const works = await probe(run, config, accelerator, signal);
  const memory = { ...known, [key]: { works, at: run.host.clock.now() } };
  await writeFileAtomic(path, JSON.stringify(memory), { volatile: true }).catch(() => {});
  return works;
}

async function probe(run: Run, config: QemuConfig, accelerator: HardwareAccelerator, signal: AbortSignal) {
  const rom = join(run.directories.temp, `probe-${run.build.name}.rom`);
  await writeFile(rom, probeRom());
  const machine = ["-machine", `type=pc,accel=${accelerator}`, "-m", "16", "-bios", rom];
  if (config.cpu_model !== undefined) machine.push("-cpu", config.cpu_model);
  const bare = ["-display", "none", "-nodefaults", "-no-user-config", "-device", PROBE_EXIT_DEVICE];
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const result = await runCommand(config.qemu_binary, [...machine, ...bare], {
      env: run.host.env,
      signal: AbortSignal.any([signal, timeout]),
      killAfterMs: 0,
    });
    run.debug("accelerator", `probe of ${accelerator} ended with ${result.code}`, { stderr: result.stderr });
    return result.code === PROBE_SUCCESS;
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    run.debug("accelerator", `a guest with ${accelerator} did not finish its probe in ${PROBE_TIMEOUT_MS} ms`);
    return false;
  }
}

interface Remembered {
  readonly works: boolean;
  /** In milliseconds since 1970. */
  readonly at: number;
}

function isBelieved({ works, at }: Remembered, now: number): boolean {
  return now - at < (works ? WORKS_FOR_MS : FAILS_FOR_MS);
}

type Memory = Readonly<Record<string, Remembered>>;

async function readMemory(path: string): Promise<Memory> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Memory;
  } catch {
    return {};
  }
}
