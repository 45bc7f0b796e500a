import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseDisplay } from "../../../src/plugins/qemu/display.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { qemuConfig } from "./qemu-config.ts";

/** What is chosen, and what the user is told, where QEMU's `-display help` lists `displays`. */
async function choose(
  args: Readonly<Record<string, unknown>>,
  host: { readonly env?: Readonly<Record<string, string>>; readonly displays?: readonly string[] } = {},
) {
  const run = await createRecordingRun({ env: { PATH: process.env["PATH"], ...host.env } });
  const qemu = join(run.directories.work, "qemu-system-x86_64");
  writeFileSync(
    qemu,
    `#!/bin/sh\nprintf '%s\\n' 'Available display backend types:' none ${(host.displays ?? []).join(" ")}\n`,
  );
  chmodSync(qemu, 0o755);
  const display = await chooseDisplay(run, qemuConfig({ qemu_binary: qemu, ...args }), run.signal);
  return { display, warnings: run.warnings() };
}

const desktop = { DISPLAY: ":0" };

describe("chooseDisplay", () => {
  it("passes on what the user names", async () => {
    expect(await choose({ display: "none" }, { env: desktop, displays: ["gtk"] })).toEqual({
      display: "none",
      warnings: [],
    });
    expect((await choose({ display: "sdl", headless: true })).display).toBe("sdl");
  });

  it("leaves the switch out with use_default_display", async () => {
    expect(await choose({ use_default_display: true })).toEqual({ display: undefined, warnings: [] });
  });

  it("opens no window with headless", async () => {
    expect(await choose({ headless: true }, { env: desktop, displays: ["gtk"] })).toEqual({
      display: "none",
      warnings: [],
    });
  });

  it("opens a window where there is a desktop, and this QEMU can", async () => {
    expect(await choose({}, { env: desktop, displays: ["sdl", "gtk"] })).toEqual({ display: "gtk", warnings: [] });
    expect((await choose({}, { env: { WAYLAND_DISPLAY: "wayland-0" }, displays: ["gtk"] })).display).toBe("gtk");
  });

  it.each([
    ["there is no desktop", { displays: ["gtk"] }],
    ["this QEMU cannot", { env: desktop, displays: ["sdl"] }],
  ])("goes on without a window where %s, and says so", async (_, host) => {
    const { display, warnings } = await choose({}, host);
    expect(display).toBe("none");
    expect(warnings[0]).toMatch(/^No window can be opened here/);
  });
});
