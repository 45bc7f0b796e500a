import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settingsFile, withSettings } from "../../src/cli/settings.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

function hostWith(text: string | undefined, env: Readonly<Record<string, string>> = {}) {
  const homeDir = temporaryDirectory();
  const host = { env, homeDir, cwd: homeDir, platform: "linux" as const };
  if (text !== undefined) {
    mkdirSync(join(homeDir, ".config/imgbuild"), { recursive: true });
    writeFileSync(join(homeDir, ".config/imgbuild/settings.hcl"), text);
  }
  return host;
}

describe("the settings file", () => {
  it("says what the environment does not", async () => {
    const text = 'checkpoints = true\ncheckpoints_limit = "50GB"\ncheckpoint_directory = "saved"\n';
    const host = hostWith(text, { IMGBUILD_CHECKPOINTS: "0", PATH: "/bin" });
    expect((await withSettings(host)).env).toEqual({
      PATH: "/bin",
      IMGBUILD_CHECKPOINTS: "0",
      IMGBUILD_CHECKPOINTS_LIMIT: "50GB",
      IMGBUILD_CHECKPOINT_DIR: join(host.homeDir, ".config/imgbuild/saved"),
    });
  });

  it("need not be there", async () => {
    const host = hostWith(undefined);
    expect(await withSettings(host)).toBe(host);
  });

  it.each([
    ["\ncheckpoint = true\n", 'settings.hcl line 2: There is no setting "checkpoint". Did you mean "checkpoints"?'],
    ["colour = true\n", "There are: checkpoints, checkpoints_limit, checkpoint_directory."],
    ['checkpoints = "maybe"\n', 'settings.hcl line 1: "checkpoints" is true or false, not maybe.'],
    ['checkpoints_limit = "much"\n', '"checkpoints_limit" is a size such as "20GB", not much.'],
    ["checkpoints {\n}\n", '"checkpoints" is not a block of settings'],
    ["checkpoints = \n", "settings.hcl line 1: "],
  ])("is refused at its line: %j", async (text, message) => {
    await expect(withSettings(hostWith(text))).rejects.toThrow(message);
  });

  it("is where the user's configuration is", () => {
    const { homeDir } = hostWith(undefined);
    const at = (env: Readonly<Record<string, string>>, platform: NodeJS.Platform = "linux") =>
      settingsFile({ env, homeDir, platform });
    expect(at({})).toBe(join(homeDir, ".config/imgbuild/settings.hcl"));
    expect(at({ XDG_CONFIG_HOME: "/etc/me" })).toBe("/etc/me/imgbuild/settings.hcl");
    expect(at({ XDG_CONFIG_HOME: "relative" })).toBe(join(homeDir, ".config/imgbuild/settings.hcl"));
    expect(at({ APPDATA: "/apps" }, "win32")).toBe("/apps/imgbuild/settings.hcl");
  });
});
