import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pluginDirectory } from "../../../src/plugin-host/installed/plugin-directory.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

describe("pluginDirectory", () => {
  const places = (env: Record<string, string> = {}, homeDir = temporaryDirectory()) =>
    ({ env, homeDir, cwd: "/work", platform: "linux" }) as const;

  it("is what PACKER_PLUGIN_PATH names", async () => {
    expect(await pluginDirectory(places({ PACKER_PLUGIN_PATH: "my/plugins", PACKER_CONFIG_DIR: "/c" }))).toBe(
      "/work/my/plugins",
    );
  });

  it("refuses a list of folders, and shows the choices", async () => {
    await expect(pluginDirectory(places({ PACKER_PLUGIN_PATH: "/a:/b" }))).rejects.toMatchObject({
      message: "PACKER_PLUGIN_PATH names several folders",
      hint: expect.stringContaining("PACKER_PLUGIN_PATH=/b"),
    });
  });

  it("is below .packer.d of PACKER_CONFIG_DIR", async () => {
    expect(await pluginDirectory(places({ PACKER_CONFIG_DIR: "/c" }))).toBe("/c/.packer.d/plugins");
  });

  it("is below ~/.packer.d where that is there already", async () => {
    const home = temporaryDirectory();
    mkdirSync(join(home, ".packer.d"));
    expect(await pluginDirectory(places({ XDG_CONFIG_HOME: "/x" }, home))).toBe(join(home, ".packer.d/plugins"));
  });

  it("is below XDG_CONFIG_HOME, else ~/.config", async () => {
    expect(await pluginDirectory(places({ XDG_CONFIG_HOME: "/x" }))).toBe("/x/packer/plugins");
    const home = temporaryDirectory();
    expect(await pluginDirectory(places({}, home))).toBe(join(home, ".config/packer/plugins"));
  });

  it("is packer.d among the applications on Windows", async () => {
    const host = { env: { APPDATA: "/apps" }, homeDir: "/home", cwd: "/work", platform: "win32" } as const;
    expect(await pluginDirectory(host)).toBe("/apps/packer.d/plugins");
  });
});
