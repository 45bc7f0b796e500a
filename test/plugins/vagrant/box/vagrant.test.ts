import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postProcessor } from "../../../../src/plugins/vagrant/box/vagrant.ts";
import { schema } from "../../../../src/plugins/vagrant/box/options.ts";
import type { Artifact } from "../../../../src/sdk/artifact.ts";
import { fileArtifact } from "../../../../src/owned/file-artifact.ts";
import { configOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, type RecordingRun } from "../../../helper/recording-run.ts";

const OVF = `<?xml version="1.0"?><Envelope ovf:version="1.0"><References><File ovf:id="file1" ovf:href="vm-disk001.vmdk"/></References>
<vbox:Machine><Adapter slot="1" MACAddress="080027FFFFFF"/><Adapter slot="0" enabled="true" MACAddress="0800278D5A1B" type="82540EM"/></vbox:Machine></Envelope>`;

async function write(run: RecordingRun, files: Readonly<Record<string, string | Buffer>>): Promise<string[]> {
  for (const [name, data] of Object.entries(files)) {
    const path = join(run.directories.work, name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, data);
  }
  return Object.keys(files).map((name) => join(run.directories.work, name));
}

async function pack(run: RecordingRun, input: Artifact, args: Record<string, unknown> = {}) {
  const result = await postProcessor.process(run, configOf(schema, args), input);
  const [path] = result.artifact!.files;
  const names = execFileSync("tar", ["-tf", path!], { encoding: "utf8" }).trim().split("\n");
  const read = (name: string) => execFileSync("tar", ["-xOf", path!, name], { encoding: "utf8" });
  return { ...result, path: path!, names, read };
}

describe("a box for virtualbox", () => {
  const machine = { "out/vm.ovf": OVF, "out/vm-disk001.vmdk": "disk", "out/vm.nvram": "nv", "out/stray.vdi": "stray" };

  it("holds metadata first, the descriptor as box.ovf, and only the disks it names", async () => {
    const run = await createRecordingRun({ builderType: "virtualbox-iso" });
    const input = fileArtifact("mitchellh.virtualbox", await write(run, machine), "VM files", {
      id: "VM",
      state: { architecture: "amd64" },
    });
    const box = await pack(run, input);
    expect(box.names).toEqual(["metadata.json", "Vagrantfile", "box.ovf", "vm-disk001.vmdk", "vm.nvram"]);
    expect(JSON.parse(box.read("metadata.json"))).toEqual({ provider: "virtualbox", architecture: "amd64" });
    expect(box.read("Vagrantfile")).toContain('config.vm.base_mac = "0800278D5A1B"');
    expect(box.artifact).toMatchObject({ builderId: "mitchellh.post-processor.vagrant", id: "virtualbox" });
    expect(box.path).toMatch(/packer_.*_virtualbox_amd64\.box$/);
  });

  it("knows a Windows by its communicator, and forwards its ports", async () => {
    const run = await createRecordingRun({ builderType: "virtualbox-iso" });
    const guest = { system: "windows", communicator: "winrm", user: "Administrator" } as const;
    const input = fileArtifact("mitchellh.virtualbox", await write(run, machine), "VM files", {
      id: "VM",
      state: { architecture: "amd64", guest },
    });
    const file = (await pack(run, input)).read("Vagrantfile");
    expect(file).toContain("config.vm.guest = :windows");
    expect(file).toContain('config.vm.communicator = "winrm"');
    expect(file).toMatch(/config\.winrm\.username = ['"]Administrator['"]/);
    expect(file).toContain('guest: 3389, host: 3389, host_ip: "127.0.0.1", id: "rdp", auto_correct: true');
    expect(file).toContain('guest: 5985, host: 55985, host_ip: "127.0.0.1", id: "winrm"');
    const overSsh = {
      ...input,
      state: { architecture: "amd64", guest: { ...guest, communicator: "ssh", user: "vagrant" } },
    };
    const other = (await pack(run, overSsh)).read("Vagrantfile");
    expect(other).toContain('config.vm.communicator = "winssh"');
    expect(other).not.toContain("5985");
    expect(other).not.toContain("username");
  });

  it("is made from an .ova without unpacking it anywhere", async () => {
    const run = await createRecordingRun();
    const [ovf, disk] = await write(run, { "t/vm.ovf": OVF, "t/vm-disk001.vmdk": "disk".repeat(1000) });
    const ova = join(run.directories.work, "vm.ova");
    execFileSync("tar", [
      "--format=ustar",
      "-cf",
      ova,
      "-C",
      join(run.directories.work, "t"),
      "vm.ovf",
      "vm-disk001.vmdk",
    ]);
    expect([ovf, disk]).toHaveLength(2);
    const box = await pack(
      run,
      fileArtifact("mitchellh.virtualbox", [ova], "VM", { id: "VM", state: { architecture: "amd64" } }),
    );
    expect(box.names).toEqual(["metadata.json", "Vagrantfile", "box.ovf", "vm-disk001.vmdk"]);
    expect(box.read("vm-disk001.vmdk")).toBe("disk".repeat(1000));
  });

  it("needs a descriptor", async () => {
    const run = await createRecordingRun();
    const input = fileArtifact("mitchellh.virtualbox", await write(run, { "vm.vmdk": "x" }), "VM", {
      state: { architecture: "amd64" },
    });
    await expect(pack(run, input)).rejects.toThrow(
      "The VirtualBox artifact has no .ovf file; a Vagrant box needs exactly one.",
    );
  });
});

describe("a box for libvirt", () => {
  function qcow2(bytes: bigint): Buffer {
    const header = Buffer.alloc(512);
    header.write("QFI\xfb", "latin1");
    header.writeBigUInt64BE(bytes, 24);
    return header;
  }

  it("states the disks, their virtual size in GiB and the driver", async () => {
    const run = await createRecordingRun();
    const [disk] = await write(run, { "out/debian": qcow2(5n * 1024n ** 3n + 1n) });
    const state = {
      architecture: "amd64",
      diskName: "debian",
      diskPaths: [disk],
      diskType: "qcow2",
      domainType: "tcg",
    };
    const box = await pack(run, fileArtifact("transcend.qemu", [disk!], "VM", { id: "VM", state }));
    expect(box.names).toEqual(["metadata.json", "Vagrantfile", "box_0.img"]);
    expect(JSON.parse(box.read("metadata.json"))).toEqual({
      provider: "libvirt",
      architecture: "amd64",
      format: "qcow2",
      virtual_size: 6,
      disks: [{ path: "box_0.img", format: "qcow2" }],
    });
    expect(box.read("Vagrantfile")).toContain("libvirt.driver = 'qemu'");
  });

  it("carries the UEFI variables of a UEFI guest", async () => {
    const run = await createRecordingRun();
    const [disk, vars] = await write(run, { "out/debian": qcow2(1n), "out/efivars.fd": "vars" });
    const state = {
      architecture: "amd64",
      diskPaths: [disk],
      diskType: "qcow2",
      domainType: "kvm",
      efiVarsPath: vars,
      efiCodePath: "/code.fd",
    };
    const box = await pack(run, fileArtifact("transcend.qemu", [disk!, vars!], "VM", { id: "VM", state }));
    expect(box.names).toContain("efivars.fd");
    expect(box.read("Vagrantfile")).toContain("libvirt.loader = '/code.fd'");
  });
});

describe("a box for a cloud", () => {
  it("names one image per region and keeps the artifact whatever the user says", async () => {
    const run = await createRecordingRun();
    const input = fileArtifact("mitchellh.amazonebs", [], "AMIs", {
      id: "eu-west-1:ami-2,us-east-1:ami-1",
      state: { architecture: "arm64" },
    });
    const box = await pack(run, input);
    expect(box.mustKeepInput).toBe(true);
    expect(box.names).toEqual(["metadata.json", "Vagrantfile"]);
    expect(box.read("Vagrantfile")).toContain("aws.region_config 'us-east-1', ami: 'ami-1'");
  });
});

describe("what the user adds", () => {
  const state = { architecture: "amd64" };
  const ami = { id: "us-east-1:ami-1", state };

  it("goes into the root of the box, and an included metadata.json wins", async () => {
    const run = await createRecordingRun();
    await write(run, { "extra/info.json": "{}", "extra/metadata.json": '{"provider":"mine"}' });
    const box = await pack(run, fileArtifact("mitchellh.amazonebs", [], "AMIs", ami), {
      include: ["extra/info.json", "extra/metadata.json"],
    });
    expect(box.names).toEqual(["metadata.json", "Vagrantfile", "info.json"]);
    expect(JSON.parse(box.read("metadata.json"))).toEqual({ provider: "mine" });
  });

  it("renders the Vagrantfile template with the values of the box", async () => {
    const run = await createRecordingRun();
    await write(run, { "Vagrantfile.tpl": "# {{.Provider}} on {{.Architecture}}\n" });
    const box = await pack(run, fileArtifact("mitchellh.amazonebs", [], "AMIs", ami), {
      vagrantfile_template: "Vagrantfile.tpl",
    });
    expect(box.read("Vagrantfile")).toContain("# aws on amd64");
  });

  it("overrides arguments for one provider", async () => {
    const run = await createRecordingRun();
    const args = { output: "all.box", override: { aws: { output: "{{.Provider}}.box", compression_level: 0 } } };
    const box = await pack(run, fileArtifact("mitchellh.amazonebs", [], "AMIs", ami), args);
    expect(box.path).toMatch(/aws\.box$/);
  });

  it("cannot give two files one name", async () => {
    const run = await createRecordingRun();
    await write(run, { "a/x": "1", "b/x": "2" });
    const input = fileArtifact("mitchellh.amazonebs", [], "AMIs", ami);
    await expect(pack(run, input, { include: ["a/x", "b/x"] })).rejects.toThrow(
      'Two files of the box would be called "x".',
    );
  });
});

it("says how to name the provider where the artifact does not", async () => {
  const run = await createRecordingRun();
  const input = fileArtifact("packer.post-processor.artifice", await write(run, { "x.img": "x" }), "files");
  await expect(pack(run, input)).rejects.toMatchObject({ hint: expect.stringContaining("provider_override") });
});

describe("boxes for machines of other builders", () => {
  it.each([
    ["packer.post-processor.docker-import", "docker", "me/web:1", "docker.image = 'me/web:1'"],
    ["packer.googlecompute", "google", "web-1", "google.image = 'web-1'"],
    ["pearkes.digitalocean", "digital_ocean", "fra1:123", "digital_ocean.image = '123'"],
    ["hashicorp.scaleway", "scaleway", "fr-par:abc", "scaleway.region = 'fr-par'"],
    ["Azure.ResourceManagement.VMImage", "azure", "/sub/image", "azure.vm_managed_image_id = '/sub/image'"],
  ])("%s: names the image, and keeps it", async (builderId, provider, id, statement) => {
    const run = await createRecordingRun();
    const box = await pack(run, fileArtifact(builderId, [], "image", { id, state: { architecture: "amd64" } }));
    expect(box.names).toEqual(["metadata.json", "Vagrantfile"]);
    expect(JSON.parse(box.read("metadata.json"))).toMatchObject({ provider });
    expect(box.read("Vagrantfile")).toContain(statement);
    expect(box.mustKeepInput).toBe(true);
  });

  it.each([
    ["mitchellh.vmware", "vmware_desktop", ["out/vm.vmx", "out/vm.vmdk"], ["vm.vmdk", "vm.vmx"]],
    ["packer.parallels", "parallels", ["out/vm.pvm/config.pvs"], ["vm.pvm/config.pvs"]],
    ["MSOpenTech.hyperv", "hyperv", ["out/Virtual Machines/x.xml"], ["Virtual Machines/x.xml"]],
    ["ustream.lxc", "lxc", ["out/rootfs.tar.gz"], ["rootfs.tar.gz"]],
  ])("%s: holds its files where the hypervisor looks for them", async (builderId, provider, files, names) => {
    const run = await createRecordingRun();
    const paths = await write(run, Object.fromEntries(files.map((file) => [file, "x"])));
    const box = await pack(run, fileArtifact(builderId, paths, "VM", { state: { architecture: "amd64" } }));
    expect(box.names).toEqual(["metadata.json", "Vagrantfile", ...names]);
    expect(JSON.parse(box.read("metadata.json"))).toMatchObject({ provider });
  });

  it("an artifact no provider goes with says how to name one", async () => {
    const run = await createRecordingRun();
    await expect(pack(run, fileArtifact("packer.file", [], "file"))).rejects.toMatchObject({
      message: 'No Vagrant provider goes with artifacts of "packer.file".',
      hint: expect.stringContaining("provider_override"),
    });
  });
});

it("a file to include that is not there is an error before anything is built", async () => {
  const run = await createRecordingRun();
  const { work } = run.directories;
  const config = configOf(schema, { include: ["gone.txt"], vagrantfile_template: "gone.tpl" });
  const issues = await postProcessor.checkFiles!(config, { work } as never);
  expect(issues.map(({ path }) => path)).toEqual([["include", 0], ["vagrantfile_template"]]);
  const later = configOf(schema, { vagrantfile_template: "gone.tpl", vagrantfile_template_generated: true });
  expect(await postProcessor.checkFiles!(later, { work } as never)).toEqual([]);
});
