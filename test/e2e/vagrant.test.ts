import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { postProcessor as vagrant } from "../../src/plugins/vagrant/box/vagrant.ts";
import { schema as vagrantSchema } from "../../src/plugins/vagrant/box/options.ts";
import { postProcessor as vagrantCloud } from "../../src/plugins/vagrant/cloud/vagrant-cloud.ts";
import { schema as cloudSchema } from "../../src/plugins/vagrant/cloud/options.ts";
import { fileArtifact } from "../../src/owned/file-artifact.ts";
import { configOf } from "../helper/decode-config.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";
import { vagrantIn } from "../helper/vagrant.ts";
import { startVagrantCloud, TOKEN } from "../helper/vagrant-cloud-server.ts";

const run = promisify(execFile);

async function libvirtBox(recording: RecordingRun, args: Record<string, unknown> = {}) {
  const disk = join(recording.directories.work, "disk.qcow2");
  await run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "3G"]);
  const state = { architecture: "amd64", diskPaths: [disk], diskType: "qcow2", domainType: "tcg" };
  const input = fileArtifact("transcend.qemu", [disk], "VM", { id: "VM", state });
  const { artifact } = await vagrant.process(
    recording,
    configOf(vagrantSchema, { output: "{{.Provider}}.box", ...args }),
    input,
  );
  return artifact!;
}

describe("boxes in Vagrant's own hands", () => {
  needs("vagrant", "vagrant")("a libvirt box can be added and is listed with its provider", async () => {
    const recording = await createRecordingRun();
    const box = await libvirtBox(recording);
    const command = vagrantIn(recording.directories.work);
    await command("box", "add", "--name", "test/libvirt", box.files[0]!);
    expect(await command("box", "list")).toMatch(/test\/libvirt\s+\(libvirt, 0\)/);
  });

  needs("vagrant", "vagrant")("a virtualbox box can be added, compressed or not", async () => {
    const recording = await createRecordingRun();
    const { work } = recording.directories;
    await mkdir(join(work, "out"));
    await writeFile(
      join(work, "out/vm.ovf"),
      '<Envelope><vbox:Machine><Adapter slot="0" MACAddress="0800278D5A1B"/></vbox:Machine></Envelope>',
    );
    const input = fileArtifact("mitchellh.virtualbox", [join(work, "out/vm.ovf")], "VM", {
      id: "VM",
      state: { architecture: "amd64" },
    });
    const command = vagrantIn(work);
    for (const level of [0, 6]) {
      const config = configOf(vagrantSchema, { output: `level-${level}.box`, compression_level: level });
      const { artifact } = await vagrant.process(recording, config, input);
      await command("box", "add", "--name", `test/level-${level}`, artifact!.files[0]!);
      expect(await command("box", "list")).toMatch(new RegExp(`test/level-${level}\\s+\\(virtualbox, 0\\)`));
    }
  });
});

describe("the stand-in for Vagrant Cloud", () => {
  needs("vagrant", "vagrant")("serves a box that we published to `vagrant box add`, checksum and all", async () => {
    const cloud = await startVagrantCloud();
    cloud.addBox("me/tiny");
    const recording = await createRecordingRun();
    const box = await libvirtBox(recording);
    const args = { box_tag: "me/tiny", version: "1.2.3", access_token: TOKEN, vagrant_cloud_url: cloud.apiUrl };
    await vagrantCloud.process(recording, configOf(cloudSchema, args), box);
    const command = vagrantIn(recording.directories.work);
    await command("box", "add", `${cloud.url}/me/tiny`);
    expect(await command("box", "list")).toMatch(/me\/tiny\s+\(libvirt, 1\.2\.3\)/);
  });

  needs("vagrant", "vagrant")("is one to `vagrant cloud publish` as well", async () => {
    const cloud = await startVagrantCloud();
    const recording = await createRecordingRun();
    const box = await libvirtBox(recording);
    const command = vagrantIn(recording.directories.work, {
      VAGRANT_SERVER_URL: cloud.url,
      VAGRANT_CLOUD_TOKEN: TOKEN,
      ATLAS_TOKEN: TOKEN,
    });
    await command("cloud", "publish", "me/theirs", "0.1.0", "libvirt", box.files[0]!, "--release", "--force");
    const version = cloud.boxes.get("me/theirs")?.versions.get("0.1.0");
    const [provider] = [...(version?.providers.values() ?? [])];
    const digest = createHash("sha256")
      .update(await readFile(box.files[0]!))
      .digest("hex");
    expect(version?.status).toBe("active");
    expect(createHash("sha256").update(provider!.data!).digest("hex")).toBe(digest);
  });
});
