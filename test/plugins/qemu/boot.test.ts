import { describe, expect, it } from "vitest";
import { typeAtMachine } from "../../../src/plugins/qemu/boot.ts";
import type { QmpClient } from "../../../src/plugins/qemu/qmp.ts";
import { createRecordingRun, type RecordingRun } from "../../helper/recording-run.ts";
import { qemuConfig } from "./qemu-config.ts";

interface KeyArguments {
  readonly events: readonly { readonly data: { readonly down: boolean; readonly key: { readonly data: string } } }[];
}

/** A QEMU whose guest has read every key by the time it is asked. */
function fakeQmp() {
  const commands: { readonly command: string; readonly args: Readonly<Record<string, unknown>> }[] = [];
  const qmp: QmpClient = {
    execute: (command, args = {}) => {
      commands.push({ command, args });
      return Promise.resolve(command === "human-monitor-command" ? "portb[0x0064] = 0x1c" : {});
    },
    onEvent: () => () => {},
    closed: new Promise(() => {}),
    close: () => {},
  };
  const keys = () =>
    commands
      .filter(({ command }) => command === "input-send-event")
      .flatMap(({ args }) => (args as unknown as KeyArguments).events)
      .filter(({ data }) => data.down)
      .map(({ data }) => data.key.data);
  return { qmp, keys, asked: () => commands.filter(({ command }) => command === "human-monitor-command").length };
}

async function typed(
  args: Readonly<Record<string, unknown>>,
): Promise<ReturnType<typeof fakeQmp> & { run: RecordingRun }> {
  const run = await createRecordingRun();
  const fake = fakeQmp();
  await typeAtMachine(run, qemuConfig({ boot_wait: "0s", ...args }), fake.qmp, {
    HTTPIP: "10.0.2.2",
    HTTPPort: 0,
    Name: "vm",
    SSHPublicKey: "",
  });
  return { ...fake, run };
}

describe("typeAtMachine", () => {
  it("types boot_command with its values", async () => {
    const { keys } = await typed({ boot_command: ["{{ .Name }}", "<enter>"] });
    expect(keys()).toEqual(["v", "m", "ret"]);
  });

  it("types boot_steps one after the other, each with its description", async () => {
    const { keys, run } = await typed({ boot_steps: [["a<enter>", "Choose {{ .Name }}"], ["b"]] });
    expect(keys()).toEqual(["a", "ret", "b"]);
    expect(run.said()).toContain("Choose vm");
  });

  it("asks a PC's keyboard whether the key was taken, and no keyboard that cannot be asked", async () => {
    expect((await typed({ boot_command: ["a"] })).asked()).toBeGreaterThan(0);
    expect((await typed({ boot_command: ["a"], qemuargs_append: [["-device", "usb-kbd"]] })).asked()).toBe(0);
    expect((await typed({ boot_command: ["a"], qemu_binary: "qemu-system-aarch64" })).asked()).toBe(0);
  });
});
