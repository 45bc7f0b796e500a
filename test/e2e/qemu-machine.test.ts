import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { kill } from "node:process";
import { describe, expect, onTestFinished } from "vitest";
import { commandLine, type QemuMachineFacts } from "../../src/plugins/qemu/command-line.ts";
import { controlSockets } from "../../src/plugins/qemu/control-sockets.ts";
import { createDisks } from "../../src/plugins/qemu/disks.ts";
import { prepareEfi } from "../../src/plugins/qemu/efi.ts";
import { startMachine, type RunningQemu } from "../../src/plugins/qemu/machine.ts";
import { reaper } from "../../src/plugins/qemu/reaper.ts";
import { screenshot } from "../../src/plugins/qemu/screen.ts";
import { PortTakenError } from "../../src/plugins/qemu/start-failure.ts";
import { startTpm } from "../../src/plugins/qemu/tpm.ts";
import { qemuConfig } from "../plugins/qemu/qemu-config.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** A machine with an empty disk and an empty disc. It finds nothing to boot, and stays on. */
async function start(run: RecordingRun, args: Record<string, unknown> = {}, changed: Partial<QemuMachineFacts> = {}) {
  const config = qemuConfig({ accelerator: "tcg", disk_size: "16M", memory: 128, ...args });
  const sockets = controlSockets(await privateDirectory(run));
  const disks = await createDisks(run, config, { directory: run.directories.work, name: "vm", source: "" });
  const efi = await prepareEfi(run, config, run.directories.work);
  if (config.vtpm) await startTpm(run, config, sockets);
  const facts: QemuMachineFacts = {
    name: "vm",
    accelerator: config.accelerator ?? "tcg",
    disks,
    cdroms: [await emptyDisc(run)],
    display: "none",
    efi,
    tpmSocket: config.vtpm ? sockets.tpm : undefined,
    controlSockets: [sockets.control, sockets.screen],
    ...changed,
  };
  return run.step("start machine", async (step) => {
    const args = commandLine(config, facts, { replacing: [], appended: [] });
    return startMachine(run, step, { name: "vm", binary: config.qemu_binary, args, sockets });
  });
}

/** As in a real run, the private directory's name holds the run id. */
async function privateDirectory(run: RecordingRun): Promise<string> {
  const directory = join(run.directories.temp, run.runId);
  await mkdir(directory, { recursive: true });
  return directory;
}

async function emptyDisc(run: RecordingRun): Promise<string> {
  const path = join(run.directories.work, "disc.iso");
  await writeFile(path, Buffer.alloc(64 * 1024));
  return path;
}

async function blockDevices(machine: RunningQemu): Promise<number> {
  const answer = (await machine.qmp.execute("query-block")) as readonly { readonly inserted?: unknown }[];
  return answer.filter((device) => device.inserted !== undefined).length;
}

describe("a machine", () => {
  const interfaces = ["virtio", "ide", "sata", "scsi", "sd", "virtio-scsi"] as const;
  for (const disk of interfaces) {
    withQemu(`starts with ${disk} disks, and with every kind of disc`, async () => {
      const discs = [undefined, "ide", "scsi", "virtio", "virtio-scsi"];
      for (const disc of discs) {
        const run = await createRecordingRun();
        const machine = await start(run, { disk_interface: disk, cdrom_interface: disc });
        expect(await blockDevices(machine), `${disk} with disc ${disc}`).toBe(2);
        await run.finish("succeeded");
      }
    });
  }

  withQemu("starts with UEFI, with Secure Boot, and with a TPM", async () => {
    for (const args of [
      { efi_boot: true },
      { machine_type: "q35", efi_firmware_code: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd" },
      { vtpm: true },
      { vtpm: true, tpm_device_type: "tpm-crb", efi_boot: true },
    ]) {
      const run = await createRecordingRun();
      const machine = await start(run, args);
      const devices = String(await machine.qmp.execute("human-monitor-command", { "command-line": "info tpm" }));
      expect(devices.includes("tpm0")).toBe("vtpm" in args);
      await run.finish("succeeded");
    }
  });

  withQemu("shows its screen as PNG, also to another process", async () => {
    const run = await createRecordingRun();
    const machine = await start(run);
    const png = await screenshot(machine.qmp, run.directories.temp, run.signal);
    expect(Buffer.from(png).subarray(1, 4).toString()).toBe("PNG");
    const screen = reaper.screen!(run.journal.find(({ resource }) => resource.kind === "qemu-process")!.resource, {});
    expect(
      Buffer.from(await screen.capture(run.signal))
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  });

  withQemu("ends with its build, and is gone from the process list", async () => {
    const run = await createRecordingRun();
    const machine = await start(run);
    const started = performance.now();
    expect(await run.finish("cancelled")).toEqual([]);
    expect((await machine.exited).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  withQemu("is reported lost when it dies", async () => {
    const run = await createRecordingRun();
    const machine = await start(run);
    const pid = Number(run.journal.find(({ resource }) => resource.kind === "qemu-process")!.updates[0]!["pid"]);
    const lost = new Promise((resolve) => machine.lost.addEventListener("abort", resolve));
    kill(pid, "SIGKILL");
    await lost;
    expect(String(machine.lost.reason)).toContain("QEMU ended unexpectedly with signal SIGKILL");
  });

  withQemu("is found and ended by the reaper after its build was killed", async () => {
    const run = await createRecordingRun();
    const machine = await start(run);
    // As if the pid had never reached the journal.
    const { resource } = run.journal.find((entry) => entry.resource.kind === "qemu-process")!;
    const context = { runId: run.runId, signal: run.signal, env: {}, dryRun: false };
    expect(await reaper.reap(resource, context)).toEqual({ kind: "removed" });
    await machine.exited;
    expect(await reaper.reap(resource, context)).toEqual({ kind: "gone" });
  });
});

describe("a machine that cannot start", () => {
  withQemu("says what QEMU said", async () => {
    const run = await createRecordingRun();
    await expect(start(run, { machine_type: "abacus" })).rejects.toMatchObject({
      message: "QEMU did not start: unsupported machine type\nUse -machine help to list supported machines",
    });
  });

  withQemu("names the package when the program is missing", async () => {
    const run = await createRecordingRun();
    await expect(start(run, { qemu_binary: "qemu-system-aarch64-missing" })).rejects.toMatchObject({
      message: 'The program "qemu-system-aarch64-missing" was not found',
    });
  });

  withQemu("tells a taken port from other failures", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const run = await createRecordingRun();
    const forward = { hostPort: port, guestPort: 22 };
    await expect(start(run, {}, { forward })).rejects.toBeInstanceOf(PortTakenError);
    const vncPort = port < 5900 ? 5900 : port;
    const vnc = { host: "127.0.0.1", port: vncPort, password: false };
    if (vncPort === port) await expect(start(run, {}, { vnc })).rejects.toBeInstanceOf(PortTakenError);
  });
});
