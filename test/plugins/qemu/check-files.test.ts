import { expect, it } from "vitest";
import { checkQemuFiles } from "../../../src/plugins/qemu/check-files.ts";
import { qemuConfig } from "./qemu-config.ts";

const directories = {
  work: "/nonexistent",
  template: "/nonexistent",
  host: { homeDir: "/nonexistent", env: {}, platform: "linux" as const },
};

it.each<[what: string, args: Record<string, unknown>, missing: readonly string[]]>([
  [
    "firmware",
    { efi_firmware_code: "CODE.fd", efi_firmware_vars: "VARS.fd" },
    ["efi_firmware_code", "efi_firmware_vars"],
  ],
  ["a firmware image", { firmware: "./bios.bin" }, ["firmware"]],
  ["no firmware that QEMU brings along", { firmware: "bios-microvm.bin" }, []],
  ["the directory to serve", { http_directory: "http" }, ["http_directory"]],
])("misses %s", async (_, args, missing) => {
  const issues = await checkQemuFiles(qemuConfig({ iso_url: "http://example/a.iso", ...args }), directories);
  expect(issues.map((issue) => issue.path[0])).toEqual(missing);
});
