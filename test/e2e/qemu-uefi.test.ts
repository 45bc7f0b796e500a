import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { createFat12Image } from "../../src/lib/fat12.ts";
import { connectQmp } from "../../src/plugins/qemu/qmp.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/**
 * A machine that boots through UEFI: its firmware finds no operating system, starts its shell, and the shell runs
 * `startup.nsh` of the disk, which switches the machine off. The network card has no boot firmware, so that it is not tried.
 */
const template = (more: string): string => `
source "qemu" "uefi" {
  iso_url              = "startup.img"
  iso_checksum         = "none"
  disk_image           = true
  skip_resize_disk     = true
  disk_additional_size = ["8M", "16M"]
  disk_interface       = "ide"
  efi_boot             = true
  accelerator          = "tcg"
  cpu_model            = "max"
  sockets              = 1
  cores                = 2
  memory               = 160
  net_device           = "rtl8139,romfile="
  headless             = true
  communicator         = "none"
  output_directory     = "out"
  vm_name              = "uefi"
${more}
}

build {
  sources = ["source.qemu.uefi"]
}
`;

async function workplaceWith(more: string): Promise<Workplace> {
  const workplace = await createWorkplace();
  const script = Buffer.from("reset -s\r\n");
  const startup = {
    kind: "file",
    name: "startup.nsh",
    modified: new Date(),
    executable: false,
    content: script,
    size: script.length,
  } as const;
  const disk = await createFat12Image(
    { kind: "directory", name: "", modified: new Date(), children: [startup] },
    "efi",
  );
  await writeFile(join(workplace.directory, "startup.img"), disk);
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template(more));
  return workplace;
}

describe("a machine that boots through UEFI", () => {
  withQemu("has what was asked for, and leaves its variables beside its disks", async () => {
    const { directory, ...workplace } = await workplaceWith(`
  vtpm             = true
  use_tpm1         = true
  vnc_use_password = true
  vnc_port_min     = 5960
  qmp_enable       = true
  qemuargs_append  = [["-device", "virtio-rng-pci,id=rng-{{ .Name }}-{{ .SSHHostPort }}"]]`);
    const build = workplace.start("build", "t.pkr.hcl");
    await build.until("Waiting for the machine to shut itself down");
    const qmp = await connectQmp(join(directory, "out/uefi.monitor"));
    expect(await qmp.execute("query-name")).toEqual({ name: "uefi" });
    expect(await qmp.execute("query-vnc")).toMatchObject({ enabled: true, host: "127.0.0.1", auth: "vnc" });
    expect(await qmp.execute("query-tpm")).toMatchObject([{ model: "tpm-tis" }]);
    const processors = (await qmp.execute("query-cpus-fast")) as readonly { readonly props: unknown }[];
    expect(processors.map(({ props }) => props)).toMatchObject([{ "core-id": 0 }, { "core-id": 1 }]);
    const devices = (await qmp.execute("qom-list", { path: "/machine/peripheral" })) as readonly {
      readonly name: string;
    }[];
    expect(devices.map(({ name }) => name)).toContain("rng-uefi-0");
    qmp.close();

    const { code, stdout } = await build.finished;
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("it shut itself down");
    expect(stdout).toMatch(/The VNC password is: \w{8}\n/);
    expect(Number(/vnc:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(5960);
    // The socket of the user's is no part of the result.
    expect((await readdir(join(directory, "out"))).sort()).toEqual(["efivars.fd", "uefi", "uefi-1", "uefi-2"]);
    const used = await readFile(join(directory, "out/efivars.fd"));
    expect(used.includes(Buffer.from("BootOrder", "utf16le"))).toBe(true);
  });

  withQemu("drops its variables with efi_drop_efivars", async () => {
    const { directory, temporary, ...workplace } = await workplaceWith(`
  efi_drop_efivars = true
  disable_vnc      = true
  qmp_socket_path  = "own.sock"`);
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain("vnc://");
    expect((await readdir(join(directory, "out"))).sort()).toEqual(["uefi", "uefi-1", "uefi-2"]);
    expect(await readdir(directory)).not.toContain("own.sock");
    expect(await readdir(temporary)).toEqual([]);
  });
});
