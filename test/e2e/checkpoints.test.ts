import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect } from "vitest";
import type { CheckpointRecord } from "../../src/core/checkpoints/record.ts";
import { followOutput } from "../helper/follow-output.ts";
import { runOverSsh } from "../helper/booted-image.ts";
import { onSmallDisk } from "../helper/small-disk.ts";
import { imageFiles } from "../helper/image-files.ts";
import { openWorkplace, type Finished } from "../helper/imgbuild.ts";
import { needs, needsRoot } from "../helper/need.ts";
import { startAtTerminal } from "../helper/terminal.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");
const withRoot = needsRoot("qemu-system-x86_64", "qemu-system-x86");

/** Boots the system from the disc, and has two disks that the provisioners fill. */
const template = `
variable "output" {
  default = "out"
}
variable "third" {
  default = "third"
}

source "qemu" "tiny" {
  iso_url              = "tiny.iso"
  output_directory     = var.output
  disk_additional_size = ["32M"]
${tinySource
  .replace(/boot_command.*/, 'boot_command = ["live<enter>"]')
  .replace(/boot_wait.*/, 'boot_wait = "1s"')
  .replace(/disk_size.*/, 'disk_size = "64M"')}
}

build {
  sources = ["source.qemu.tiny"]

  provisioner "shell" {
    script          = "disks.sh"
    execute_command = "chmod +x {{ .Path }}; echo vagrant | sudo -S {{ .Path }}"
  }
  provisioner "shell" {
    script = "service.sh"
  }
  provisioner "shell" {
    inline = ["echo third begins; sleep 1; echo \${var.third} > /a/third"]
  }
  provisioner "shell" {
    script = "last.sh"
  }
  provisioner "shell" {
    inline          = ["umount /a /b"]
    execute_command = "chmod +x {{ .Path }}; echo vagrant | sudo -S {{ .Path }}"
    checkpoint      = false
  }
}
`;

const disks = `#!/bin/sh -e
mke2fs /dev/vda >/dev/null
mke2fs /dev/vdb >/dev/null
mkdir -p /a /b
mount -t ext4 /dev/vda /a
mount -t ext4 /dev/vdb /b
chmod 777 /a /b
echo disks > /a/disks
`;

/** Something that runs on, and something only memory knows. */
const service = `#!/bin/sh -e
(trap '' HUP; while :; do date +%s > /tmp/beat; sleep 1; done) >/dev/null 2>&1 </dev/null &
echo only in memory > /tmp/mark
head -c 3000000 /dev/zero | tr '\\0' s > /b/service
`;

/** Succeeds where services go on and memory is there. */
const last = (word: string): string => `#!/bin/sh -e
echo last begins
now=${"$"}(cat /tmp/beat)
sleep 1
test "${"$"}now" != "${"$"}(cat /tmp/beat)" || { sleep 1; test "${"$"}now" != "${"$"}(cat /tmp/beat)"; }
cat /tmp/mark
echo "clock: ${"$"}(date +%s)"
echo ${word} > /b/last
echo ${word} > /tmp/last
`;

const LOGIN = { username: "vagrant", password: "vagrant" };

interface SharedPlace extends Awaited<ReturnType<typeof openWorkplace>> {
  write(name: string, text: string): void;
  /** `build -checkpoints`. */
  build(...args: readonly string[]): Promise<Finished>;
}

let opened: Promise<SharedPlace> | undefined;
/** One guest for all tests of this file, built and saved by the first. */
const sharedPlace = (): Promise<SharedPlace> => (opened ??= openPlace());
afterAll(async () => (await opened)?.close());

async function openPlace(): Promise<SharedPlace> {
  const workplace = await openWorkplace();
  const { directory } = workplace;
  await tinyGuest(directory);
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  mkdirSync(join(directory, ".config/imgbuild"), { recursive: true });
  write(".config/imgbuild/settings.hcl", `checkpoint_directory = "${storeOf(workplace)}"\n`);
  write("t.pkr.hcl", template);
  write("disks.sh", disks);
  write("service.sh", service);
  write("last.sh", last("one"));
  const build = (...args: readonly string[]) => workplace.run("build", "-force", "-checkpoints", ...args, "t.pkr.hcl");
  const { code, stdout } = await build();
  expect(code, stdout).toBe(0);
  expect(stdout).not.toContain("Restored");
  return { ...workplace, write, build };
}

/** So long that QEMU cannot tell all images of a disk in the 4096 characters it has for that. */
const DEEP = Array.from({ length: 5 }, () => "deep".repeat(50)).join("/");

const storeOf = ({ directory }: { readonly directory: string }): string => join(directory, DEEP);

/** What is on both disks of the image in a directory of the workplace. */
async function filesOf(place: SharedPlace, output: string) {
  const images = readdirSync(join(place.directory, output)).toSorted();
  expect(images).toEqual(["packer-tiny", "packer-tiny-1"]);
  const trees = images.map((image) =>
    imageFiles(join(place.directory, output, image), mkdtempSync(join(place.directory, "files-"))),
  );
  return (await Promise.all(trees)).map((tree) => Object.fromEntries(tree));
}

describe("checkpoints of a QEMU machine", () => {
  withQemu("after an edit of the last script only it runs, on the machine as it was, with the right time", async () => {
    const place = await sharedPlace();
    place.write("last.sh", last("two"));
    const started = Math.floor(Date.now() / 1000);
    const { code, stdout } = await place.build();
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain("clock is");
    expect(stdout).toMatch(/Restored after provisioner 3 of 5 \(shell\), saved .* ago; 2 to run\./);
    expect(stdout).toContain("To run again from shell: last.sh: file last.sh changed.");
    expect(stdout).not.toContain("third begins");
    expect(stdout).toContain("only in memory");
    // What was not set would be the time of the checkpoint, which is before that.
    expect(Number(/clock: (\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(started - 2);
  });

  withQemu("the finished image needs nothing of the store", async () => {
    const place = await sharedPlace();
    const image = join(place.directory, "out/packer-tiny");
    const info = JSON.parse(execFileSync("qemu-img", ["info", "--output=json", image], { encoding: "utf8" })) as object;
    expect(Object.keys(info)).not.toContain("backing-filename");
    renameSync(storeOf(place), `${storeOf(place)}-away`);
    try {
      execFileSync("qemu-img", ["check", "-q", image]);
      const [first, second] = await filesOf(place, "out");
      expect(Object.keys(first!)).toEqual(expect.arrayContaining(["disks", "third"]));
      expect(Object.keys(second!)).toEqual(expect.arrayContaining(["service", "last"]));
    } finally {
      renameSync(`${storeOf(place)}-away`, storeOf(place));
    }
  });

  withQemu("three runs that were killed, interrupted and failed lead to the files of one straight run", async () => {
    const place = await sharedPlace();
    place.write("service.sh", service.replace("3000000", "2000000"));
    const straight = await place.run("build", "-force", "-var=output=straight", "t.pkr.hcl");
    expect(straight.code, straight.stdout).toBe(0);

    const killed = place.start("build", "-checkpoints", "-var=output=parts", "t.pkr.hcl");
    await killed.until("third begins");
    killed.child.kill("SIGKILL");
    await killed.finished;
    expect(killed.output()).toMatch(/Restored after provisioner 1 of 5/);
    expect((await place.run("cleanup")).code).toBe(0);
    expect(readdirSync(join(storeOf(place), "work"))).toEqual([]);

    const interrupted = place.start("build", "-checkpoints", "-var=output=parts", "t.pkr.hcl");
    await interrupted.until("last begins");
    interrupted.child.kill("SIGINT");
    expect((await interrupted.finished).code).toBe(130);
    expect(interrupted.output()).toMatch(/Restored after provisioner [12] of 5/);

    const good = readFileSync(join(place.directory, "last.sh"), "utf8");
    place.write("last.sh", "#!/bin/sh\necho half > /b/half; exit 3\n");
    const failed = await place.build("-var=output=parts");
    expect(failed.code).toBe(1);
    // A checkpoint that was being written when the run was interrupted is not there.
    expect(failed.stdout).toMatch(/Restored after provisioner [123] of 5/);

    place.write("last.sh", good);
    const whole = await place.build("-var=output=parts");
    expect(whole.code, whole.stdout).toBe(0);
    expect(whole.stdout).toMatch(/Restored after provisioner 3 of 5/);
    expect(await filesOf(place, "parts")).toEqual(await filesOf(place, "straight"));
    expect(readdirSync(join(storeOf(place), "work"))).toEqual([]);
  });

  withQemu("two builds at once share what is saved", async () => {
    const place = await sharedPlace();
    place.write("last.sh", last("both"));
    const builds = ["x", "y"].map((output) => place.build(`-var=output=${output}`));
    for (const { code, stdout } of await Promise.all(builds)) {
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/Restored after provisioner 3 of 5/);
    }
    expect(await filesOf(place, "x")).toEqual(await filesOf(place, "y"));
  });

  withQemu("a damaged checkpoint is passed over, and a failure costs the provisioner that failed", async () => {
    const place = await sharedPlace();
    const records = join(storeOf(place), "records");
    const all = readdirSync(records).map(
      (name) => JSON.parse(readFileSync(join(records, name), "utf8")) as CheckpointRecord,
    );
    for (const { files } of all.filter(({ step }) => step >= 2)) {
      const object = join(storeOf(place), "objects", files["memory"]!.object);
      chmodSync(object, 0o600);
      writeFileSync(object, "rubbish");
    }
    place.write("last.sh", "#!/bin/sh\nexit 3\n");
    const terminal = startAtTerminal(place, "build", "-force", "-checkpoints", "-on-error=ask", "t.pkr.hcl");
    await terminal.until('is passed over: its file "memory" is damaged');
    await terminal.until("Restored after provisioner 1 of 5 (shell: disks.sh)");
    await terminal.until("third begins");
    await terminal.until("[b] go back to the checkpoint after provisioner 3 of 5 (shell)");
    place.write("last.sh", last("mended"));
    terminal.type("b\r");
    await terminal.until("Restored after provisioner 3 of 5");
    expect(await terminal.finished, terminal.screen()).toEqual({ code: 0 });
  });

  withRoot("a disk that is full while the machine is saved costs the checkpoint, not the build", async () => {
    const place = await sharedPlace();
    place.write("last.sh", last("full"));
    await onSmallDisk(storeOf(place), async (fill) => {
      const build = place.start("build", "-force", "-checkpoints", "t.pkr.hcl");
      await build.until("last begins");
      fill();
      const { code, stdout } = await build.finished;
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/Warning: No more checkpoints of this build: .*full/);
      expect(readdirSync(join(storeOf(place), "work"))).toEqual([]);
    });
    const [, second] = await filesOf(place, "out");
    expect(second!["last"]).toBe(createHash("sha256").update("full\n").digest("hex"));
  });

  withQemu("develop runs what changes, opens a way into the machine, and leaves nothing", async () => {
    const place = await sharedPlace();
    const { directory } = place;
    rmSync(join(directory, "out"), { recursive: true, force: true });
    place.write("last.sh", last("held"));
    const develop = place.start("develop", "t.pkr.hcl");
    const next = followOutput(develop);
    const [, port] = await next(/ssh .*-p (\d+) vagrant@127\.0\.0\.1/);
    expect(await runOverSsh({ port: Number(port), ...LOGIN }, "cat /tmp/last")).toBe("held\n");

    place.write("last.sh", last("changed"));
    await next(/last\.sh has changed\./);
    await next(/Restored after provisioner 3 of 5/);
    const [, again] = await next(/ssh .*-p (\d+) vagrant@127\.0\.0\.1/);
    expect(await runOverSsh({ port: Number(again), ...LOGIN }, "cat /tmp/last")).toBe("changed\n");

    place.write("t.pkr.hcl", `${template}\noops {\n`);
    await next(/A block of type "oops" is not expected/);
    place.write("t.pkr.hcl", template);
    await next(/Restored after provisioner 4 of 5/);
    await next(/All provisioners have run\./);
    expect(develop.output()).not.toContain("cannot be written");
    develop.child.kill("SIGINT");
    expect((await develop.finished).code).toBe(130);
    expect(develop.output()).toContain("To make the image from there:\n    imgbuild build -checkpoints t.pkr.hcl\n");
    expect(develop.output()).not.toContain("didn't complete");
    expect(readdirSync(directory)).not.toContain("out");
    expect(readdirSync(join(storeOf(place), "work"))).toEqual([]);
    expect(readdirSync(place.temporary)).toEqual([]);
  });
});
