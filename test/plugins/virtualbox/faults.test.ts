import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builder } from "../../../src/plugins/virtualbox/iso.ts";
import { reaper } from "../../../src/plugins/virtualbox/reaper.ts";
import { VBoxManageError } from "../../../src/plugins/virtualbox/driver/failure.ts";
import { createVBoxManage } from "../../../src/plugins/virtualbox/driver/vboxmanage.ts";
import { configOf } from "../../helper/decode-config.ts";
import type { Answer } from "../../helper/fake-virtualbox/transcript.ts";
import { switchOff } from "../../helper/fake-virtualbox/running.ts";
import { build, createPlace, ISO, WITHOUT_SSH, withSsh, type Place, type PlaceOptions } from "./run-build.ts";

const failing = (stderr: string, code = 1): Answer => ({ code, stdout: "", stderr });

/** The error a build ends with. */
async function failureOf(
  place: Place,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Error & { readonly hint?: string }> {
  const { run } = place;
  const error: unknown = await build(place, builder, { ...ISO, ...WITHOUT_SSH, ...args }).catch((e: unknown) => e);
  if (!(error instanceof Error)) throw new Error(`the build succeeded: ${run.said().join(" ")}`);
  return error;
}

const isMade = ({ box }: Place): boolean => box.calls.some(([command]) => command === "createvm");

describe("VBX-01: a lock of VirtualBox", () => {
  it("is waited for in short steps", async () => {
    const place = await createPlace({ lingeringLocks: 3 });
    await build(place, builder, { ...ISO, ...WITHOUT_SSH });
    expect(place.box.remains()).toEqual([]);
    const refused = place.box.calls.filter(([command]) => command === "modifyvm").length;
    expect(refused).toBe(1 + 1 + 3);
  });

  it("ends the build after its time, with VirtualBox's words", async () => {
    const { box, run } = await createPlace();
    await box.call(["createvm", "--name", "m", "--ostype", "Other", "--register"]);
    box.find("m")!.lockedFor = Infinity;
    const call = createVBoxManage({ env: run.host.env, platform: "linux" });
    const refused = call(["modifyvm", "m", "--cpus", "2"], { signal: run.signal, lockTimeoutMs: 250 });
    await expect(refused).rejects.toThrow("The machine 'm' is already locked for a session (or being unlocked)");
    expect(box.calls.length).toBeGreaterThan(2);
  });

  it.each(["disk in use", "snapshot has children", "controller exists"])(
    "is not what keeps a call from working forever: %s",
    async (label) => {
      const { box, run } = await createPlace();
      box.faults.push({ when: /^modifyvm/, times: 99, answer: box.recording.answer(label) });
      const call = createVBoxManage({ env: run.host.env, platform: "linux" });
      const error: unknown = await call(["modifyvm", "m"], { signal: run.signal }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(VBoxManageError);
      expect((error as VBoxManageError).reason).toBe("other");
      expect(box.calls).toHaveLength(1);
    },
  );
});

describe("VBX-02: what an earlier run left", () => {
  const withMachine = async (description: string, options?: PlaceOptions): Promise<Place> => {
    const place = await createPlace(options);
    const { box } = place;
    await box.call(["createvm", "--name", "m", "--ostype", "Other", "--register"]);
    await box.call(["modifyvm", "m", "--description", description]);
    return place;
  };
  const runId = "99999999-2222-4333-8444-555555555555";

  it("is said to be ours, before anything is downloaded, with the command that removes it", async () => {
    const place = await withMachine(`imgbuild run ${runId}`);
    const error = await failureOf(place, { iso_url: "http://127.0.0.1:1/none.iso" });
    expect(error.message).toContain(`the run ${runId} made it and did not finish`);
    expect(error.hint).toContain(`imgbuild cleanup -run ${runId}`);
    expect(place.box.remains()).toEqual(["m"]);
  });

  it("is left alone when it is somebody else's, and the command to remove it is said", async () => {
    const error = await failureOf(await withMachine("my machine"));
    expect(error.message).toBe('VirtualBox has a machine "m" already');
    expect(error.hint).toContain("VBoxManage unregistervm m --delete");
  });

  it("is removed with -force, running or not", async () => {
    const place = await withMachine("my machine", { options: { force: true } });
    await place.box.call(["startvm", "m", "--type", "headless"]);
    await build(place, builder, { ...ISO, ...WITHOUT_SSH });
    expect(place.box.remains()).toEqual([]);
    expect(place.box.removed).toHaveLength(2);
  });

  it("may be settings that VirtualBox does not know", async () => {
    const place = await createPlace();
    const settings = join(place.box.machineFolder, "m", "m.vbox");
    await mkdir(join(settings, ".."), { recursive: true });
    await writeFile(settings, "");
    const error = await failureOf(place);
    expect(error.message).toContain("settings of a machine");
    expect(error.hint).toContain(`rm ${settings}`);
  });

  it("may be a disk in VirtualBox's registry, whose file is there or gone", async () => {
    const place = await createPlace({ options: { force: true } });
    const disk = place.path("output-example/m.vdi");
    await place.box.call(["createmedium", "disk", "--filename", disk, "--size", "1", "--format", "VDI"]);
    await build(place, builder, { ...ISO, ...WITHOUT_SSH });
    expect(place.box.remains()).toEqual([]);
  });

  it("goes with cleanup, after a process that was killed", async () => {
    const place = await withMachine(`imgbuild run ${runId}`);
    await place.box.call(["startvm", "m", "--type", "headless"]);
    const { uuid } = place.box.find("m")!;
    const resource = { kind: "virtualbox-vm", id: uuid, details: { role: "made", uuid, name: "m" } };
    const context = { env: place.run.host.env, signal: place.run.signal, dryRun: false };
    expect(await reaper.reap(resource, context as never)).toEqual({ kind: "removed" });
    expect(place.box.remains()).toEqual([]);
    expect(await reaper.reap(resource, context as never)).toEqual({ kind: "gone" });
  });
});

describe("VBX-03: a machine that crashes", () => {
  it.each([
    ["aborted", "its process ended"],
    ["gurumeditation", "VirtualBox stopped it with a guru meditation"],
  ] as const)("with the state %s is a failure, with the end of its log", async (state, why) => {
    const place = await createPlace({ answersPowerButton: false });
    const press = place.box.call.bind(place.box);
    place.box.call = async (args) => {
      const answer = await press(args);
      if (args[2] === "acpipowerbutton") await switchOff(place.box, place.box.find("m")!, state);
      return answer;
    };
    const error = await failureOf(place);
    expect(error.message).toContain(`The machine crashed: ${why}`);
    expect(error.message).toContain("the log of a machine");
    expect(place.box.remains()).toEqual([]);
  });
});

describe("VBX-04: an output directory of another run", () => {
  it("is not touched without -force", async () => {
    const place = await createPlace();
    await mkdir(place.path("output-example"));
    await writeFile(place.path("output-example/precious"), "");
    expect((await failureOf(place)).message).toMatch(/exists/);
    expect(await readdir(place.path("output-example"))).toEqual(["precious"]);
    expect(isMade(place)).toBe(false);
  });

  it("is not left behind by a build that fails", async () => {
    const place = await createPlace();
    place.box.faults.push({ when: /^startvm/, times: 1, answer: failing("VBoxManage: error: VERR_NO_MEMORY\n") });
    expect((await failureOf(place)).hint).toContain('Lower "memory"');
    expect(existsSync(place.path("output-example"))).toBe(false);
    expect(place.box.remains()).toEqual([]);
  });
});

describe("VBX-05: a full disk at the export", () => {
  it("is said, and nothing is left", async () => {
    const place = await createPlace();
    const said = await readFile("test/fixture/virtualbox/disk-full.txt", "utf8");
    place.box.faults.push({ when: /^export/, times: 1, answer: failing(said) });
    const error = await failureOf(place);
    expect(error.message).toContain("Could not create the exported medium 'alpha-disk001.vmdk'.");
    expect(error.message).toContain("(VERR_DISK_FULL)");
    expect(error.hint).toBe("Make room on the disk.");
    expect(place.box.remains()).toEqual([]);
    expect(existsSync(place.path("output-example"))).toBe(false);
  });
});

describe("VBX-06: a port that is taken", () => {
  it("after we looked is replaced by another", async () => {
    const place = await createPlace();
    const taken: number[] = [];
    const start = place.guest.start.bind(place.guest);
    place.guest.start = async (port) => {
      if (taken.length > 0) return start(port);
      taken.push(port);
      throw new Error("EADDRINUSE");
    };
    await build(place, builder, { ...ISO, ...withSsh() });
    expect(place.guest.commands.at(-1)).toBe("shutdown");
    const rules = place.box.calls.filter((args) => args[2] === "natpf1").map((args) => args.slice(3));
    expect(rules[0]).toEqual(["delete", "packercomm"]);
    expect(rules[1]![0]).toMatch(/^packercomm,tcp,127\.0\.0\.1,\d+,,22$/);
    expect(rules[1]![0]).not.toContain(`,${taken[0]},`);
  });

  it("before we looked is not chosen", async () => {
    const place = await createPlace();
    const args = withSsh();
    const other = createServer();
    await new Promise<void>((listening) => other.listen(args.host_port_min, "127.0.0.1", listening));
    await build(place, builder, { ...ISO, ...args });
    other.close();
    const rule = place.box.calls.flat().find((arg) => arg.startsWith("packercomm,"))!;
    expect(rule).not.toContain(`,${args.host_port_min},`);
  });
});

describe("VBX-07: a VirtualBox that does not work", () => {
  const warning = `WARNING: The character device /dev/vboxdrv does not exist.
	 Please install the virtualbox-dkms package and the appropriate
	 headers, most likely linux-headers-amd64.

	 You will not be able to start VMs until this problem is fixed.
7.2.22_Debianr175245
`;

  it.each<[what: string, answer: Answer, message: RegExp, hint: RegExp]>([
    ["has no kernel module", { code: 0, stdout: warning, stderr: "" }, /kernel module \(vboxdrv\)/, /modprobe vboxdrv/],
    ["is too old", { code: 0, stdout: "5.2.44r139111\n", stderr: "" }, /5\.2\.44 is too old/, /6\.1 or later/],
    ["says nothing", { code: 0, stdout: "", stderr: "" }, /did not say a version/, /^$/],
  ])("because it %s is said before anything is done", async (_, answer, message, hint) => {
    const place = await createPlace();
    place.box.faults.push({ when: /^--version/, times: 9, answer });
    const error = await failureOf(place, { iso_url: "http://127.0.0.1:1/none.iso" });
    expect(error.message).toMatch(message);
    expect(error.hint ?? "").toMatch(hint);
    expect(place.box.calls).toEqual([["--version"]]);
    const config = configOf(builder.schema, { ...ISO, ...WITHOUT_SSH });
    expect(await builder.preflight!(place.run, config)).toEqual([expect.stringMatching(message)]);
  });

  it("because it is not there is said with what to install", async () => {
    const place = await createPlace();
    (place.run.host.env as Record<string, string>)["PATH"] = "/nowhere";
    const error = await failureOf(place, { iso_url: "http://127.0.0.1:1/none.iso" });
    expect(error.message).toBe('VirtualBox was not found: there is no program "VBoxManage"');
    expect(error.hint).toContain("apt install virtualbox");
  });

  it("although its exit code is 0 ends the build", async () => {
    const place = await createPlace();
    const answer = failing("VBoxManage: error: Something went wrong\nVBoxManage: error: Details: code X\n", 0);
    place.box.faults.push({ when: /^storagectl/, times: 1, answer });
    const error = await failureOf(place);
    expect(error.message).toMatch(/^VBoxManage storagectl [0-9a-f-]+ failed: Something went wrong$/);
    expect(place.box.remains()).toEqual([]);
  });

  it("only warns is no failure", async () => {
    const place = await createPlace();
    const answer = failing('VBoxManage: warning: Interface "eth9" doesn\'t seem to exist\n', 0);
    place.box.faults.push({ when: /^setextradata/, times: 1, answer });
    await build(place, builder, { ...ISO, ...WITHOUT_SSH, vboxmanage: [["setextradata", "m", "a", "b"]] });
  });
});

describe("VBX-09: a headless machine that fails", () => {
  it("leaves a picture of its screen", async () => {
    const place = await createPlace({ provision: () => Promise.reject(new Error("the script failed")) });
    const failed = build(place, builder, { ...ISO, ...withSsh() });
    await expect(failed).rejects.toThrow("the script failed");
    const said = place.run.said().find((text) => text.startsWith("The machine's screen at that moment: "))!;
    expect((await readFile(said.split(": ")[1]!)).subarray(1, 4).toString()).toBe("PNG");
    expect(place.box.remains()).toEqual([]);
  });
});

describe("VBX-10: a question about the machine that VirtualBox does not answer", () => {
  it("does not count as switched off", async () => {
    const place = await createPlace();
    const answer = failing("VBoxManage: error: Failed to create the VirtualBox object!\n");
    place.box.faults.push({ when: /^showvminfo/, times: 2, answer });
    await build(place, builder, { ...ISO, ...WITHOUT_SSH });
    expect(place.run.said()).toContain("The machine is off (by its power button).");
    const polls = place.box.calls.filter(([command]) => command === "showvminfo");
    expect(polls.length).toBeGreaterThan(2);
  });
});

describe("VBX-11: a display without a password", () => {
  it.each([
    ["127.0.0.1", 0],
    ["0.0.0.0", 1],
  ])("on %s gives %i warning(s)", async (address, count) => {
    const place = await createPlace();
    await build(place, builder, { ...ISO, ...WITHOUT_SSH, vrdp_bind_address: address });
    const found = place.run.warnings().filter((text) => text.includes("display has no password"));
    expect(found).toHaveLength(count);
  });
});

describe("VBX-12: an interrupt", () => {
  it.each([
    ["while a lock is waited for", {}, /^modifyvm .*--vrde off/],
    ["while keys are typed", { boot_command: ["a<wait1h>b"] }, /keyboardputscancode/],
    ["while the machine is waited for", { disable_shutdown: true, shutdown_timeout: "1h" }, /^showvminfo/],
  ])("%s ends the build at once and leaves nothing", async (_, args, when) => {
    const place = await createPlace({ lingeringLocks: 0, answersPowerButton: true });
    const { box, run } = place;
    const call = box.call.bind(box);
    box.call = async (given) => {
      const matches = when.test(given.join(" "));
      if (matches && when.source.startsWith("^modifyvm")) box.find("m")!.lockedFor = 5;
      const answer = await call(given);
      if (matches) setTimeout(interrupt, 50);
      return answer;
    };
    let interruptedAt = Infinity;
    const interrupt = (): void => {
      interruptedAt = Math.min(interruptedAt, performance.now());
      run.cancel();
    };
    await expect(build(place, builder, { ...ISO, ...WITHOUT_SSH, ...args })).rejects.toThrow("interrupted");
    expect(performance.now() - interruptedAt).toBeLessThan(5000);
    expect(box.remains()).toEqual([]);
  });
});

describe("VBX-13: a machine without shutdown_command", () => {
  it("is asked by its power button, and told that the power was cut when it does not answer", async () => {
    const place = await createPlace({ answersPowerButton: false });
    await build(place, builder, { ...ISO, ...WITHOUT_SSH, shutdown_timeout: "1s" });
    expect(place.run.said()).toContain("The machine is off (the power was cut).");
    expect(place.run.warnings().join("\n")).toContain("Cutting the power: what the guest had not written yet is lost.");
    const controls = place.box.calls.filter(([command]) => command === "controlvm").map((args) => args[2]);
    expect(controls).toEqual(["acpipowerbutton", "poweroff"]);
  });
});
