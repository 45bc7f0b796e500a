import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findEfiFirmware } from "../../../src/plugins/qemu/efi-firmware.ts";
import { qemuConfig } from "./qemu-config.ts";

async function firmwareFolder(...names: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "firmware-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await Promise.all(names.map((name) => writeFile(join(directory, name), "")));
  return directory;
}

describe("findEfiFirmware", () => {
  it("finds none where the machine has a BIOS", async () => {
    expect(await findEfiFirmware(qemuConfig())).toBeUndefined();
  });

  it("takes the files the user named", async () => {
    const config = qemuConfig({ efi_firmware_code: "/fw/CODE.fd", efi_firmware_vars: "/fw/VARS.fd" });
    expect(await findEfiFirmware(config)).toEqual({ code: "/fw/CODE.fd", vars: "/fw/VARS.fd", secure: false });
  });

  it.each(["OVMF_CODE_4M.ms.fd", "OVMF_CODE.secboot.fd"])(
    "knows Secure Boot firmware by its name: %s",
    async (name) => {
      const config = qemuConfig({ efi_firmware_code: `/fw/${name}`, efi_firmware_vars: "/fw/VARS.fd" });
      expect((await findEfiFirmware(config))?.secure).toBe(true);
    },
  );

  it("finds the variables that belong to a firmware beside it", async () => {
    const folder = await firmwareFolder("MY_CODE.fd", "MY_VARS.fd");
    const code = join(folder, "MY_CODE.fd");
    expect(await findEfiFirmware(qemuConfig({ efi_firmware_code: code }))).toEqual({
      code,
      vars: join(folder, "MY_VARS.fd"),
      secure: false,
    });
  });

  it("asks for variables it cannot find", async () => {
    const code = join(await firmwareFolder("MY_CODE.fd"), "MY_CODE.fd");
    await expect(findEfiFirmware(qemuConfig({ efi_firmware_code: code }))).rejects.toMatchObject({
      message: `No variables template was found for the UEFI firmware "${code}"`,
      hint: "Set efi_firmware_vars to the VARS file that belongs to it.",
    });
  });
});
