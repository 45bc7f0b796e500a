import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { characters } from "../../src/lib/keyboard.ts";
import { parseKeystrokes } from "../../src/lib/keystrokes.ts";
import { connectQmp, type QmpClient } from "../../src/plugins/qemu/qmp.ts";
import type { Keyboard } from "../../src/steps/boot-command/keyboard.ts";
import { createQmpKeyboard } from "../../src/plugins/qemu/qmp-keyboard.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";

const { signal } = new AbortController();

interface EchoGuest {
  readonly qmp: QmpClient;
  readonly vncPort: number;
  /** What the guest wrote to its serial port. */
  serial(): string;
}

/** The tiny guest at its boot prompt, in QEMU without acceleration, with a VNC server that wants the password `secret12`. */
async function startEchoGuest(): Promise<EchoGuest> {
  const directory = await mkdtemp(join(tmpdir(), "typing-"));
  const iso = await tinyGuest(directory);
  const display = 100 + (process.pid % 500);
  const qemu = spawn(
    "qemu-system-x86_64",
    [
      "-machine",
      "pc,accel=tcg",
      "-m",
      "256",
      "-cdrom",
      iso,
      "-display",
      "none",
      "-serial",
      "stdio",
      "-nic",
      "none",
    ].concat(["-vnc", `127.0.0.1:${display},password=on`, "-qmp", `unix:${directory}/qmp,server=on,wait=off`]),
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(async () => {
    qemu.kill("SIGKILL");
    await rm(directory, { recursive: true });
  });
  let text = "";
  qemu.stdout.on("data", (data: Buffer) => (text += data.toString("latin1")));
  const qmp = await connectQmp(`${directory}/qmp`);
  await qmp.execute("change-vnc-password", { password: "secret12" });
  await expect.poll(() => text, { timeout: 60_000, interval: 100 }).toContain("boot: ");
  return { qmp, vncPort: 5900 + display, serial: () => text };
}

/** Boots the kernel that writes every key it reads to the serial port. */
async function startEchoing(guest: EchoGuest, keyboard: Keyboard): Promise<void> {
  await type(keyboard, "echo<enter>");
  await expect.poll(guest.serial, { timeout: 300_000, interval: 200 }).toContain("tiny: echoing keys");
}

function type(keyboard: Keyboard, text: string): Promise<void> {
  const strokes = parseKeystrokes(text).items.flatMap((item) => (item.kind === "type" ? [item.stroke] : []));
  return keyboard.type(strokes, signal);
}

/** Every typable character but `<`, in no order. */
function randomText(length: number): string {
  const typable = [...characters.keys()].filter((character) => character !== "<");
  return Array.from({ length }, () => typable[Math.floor(Math.random() * typable.length)]).join("");
}

async function expectEcho(guest: EchoGuest, from: number, text: string): Promise<void> {
  const echoed = () =>
    guest
      .serial()
      .slice(from)
      .replace(/^\r?\n/, "");
  await expect.poll(() => echoed().length, { timeout: 60_000, interval: 200 }).toBeGreaterThanOrEqual(text.length);
  expect(echoed()).toBe(text);
}

/** Programs that take all processors, twice over, as long as the tests run. */
function loadHost(): void {
  const hogs = Array.from({ length: 4 }, () => spawn("sh", ["-c", "while kill -0 $PPID; do :; done"]));
  onTestFinished(() => hogs.forEach((hog) => hog.kill("SIGKILL")));
}

describe("typing at a real guest", () => {
  needs("qemu-system-x86_64", "qemu-system-x86")(
    "loses no key of 10,000 through QMP on a loaded host, at the default pace",
    async () => {
      const guest = await startEchoGuest();
      const keyboard = createQmpKeyboard(guest.qmp, { hasPcKeyboard: true });
      await startEchoing(guest, keyboard);
      loadHost();
      const text = randomText(10_000);
      const from = guest.serial().length;
      await type(keyboard, text);
      await expectEcho(guest, from, text);
    },
    900_000,
  );

  needs("qemu-system-x86_64", "qemu-system-x86")("loses no key at a BIOS prompt, whose buffer holds 15", async () => {
    const guest = await startEchoGuest();
    loadHost();
    const keyboard = createQmpKeyboard(guest.qmp, { hasPcKeyboard: true });
    const text = randomText(300);
    const from = guest.serial().length;
    await type(keyboard, text);
    // The prompt breaks lines with terminal sequences, and passes over spaces at the start.
    const echoed = () =>
      guest
        .serial()
        .slice(from)
        .replace(/\r|\n|\x1b\[[0-9;]*[A-Za-z]/g, "");
    await expect.poll(() => echoed().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(text.trimStart().length);
    expect(echoed().trimStart()).toBe(text.trimStart());
  });
});
