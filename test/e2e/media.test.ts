import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { createCd } from "../../src/steps/cd.ts";
import { createFloppy } from "../../src/steps/floppy.ts";
import { bootImage } from "../helper/booted-image.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";

const longName = `${"a long name with spaces ".repeat(3)}.txt`;

describe("floppy disk and CD", () => {
  needs("qemu-system-x86_64", "qemu-system-x86")("are mounted and read by a Linux guest", async () => {
    const run = await createRecordingRun();
    const big = randomBytes(3_000_001);
    writeFileSync(join(run.directories.work, "big.bin"), big);
    const files = { "meta-data": "instance-id: x\n", [`deep/er/${longName}`]: "ü\n" };
    const cd = (await createCd(run, { cd_label: "cidata", cd_files: ["big.bin"], cd_content: files }))!;
    const floppy = (await createFloppy(run, { floppy_label: "packer", floppy_content: files }))!;
    const iso = await tinyGuest(run.directories.temp, "--timeout", "10");
    // The cloud kernel has no floppy driver: the same file system is shown to it as a disk.
    const guest = await bootImage(floppy, {
      username: "vagrant",
      password: "vagrant",
      args: ["-boot", "d", "-cdrom", iso, "-drive", `file=${cd},media=cdrom,index=3`],
    });
    const sudo = (command: string) => guest.ssh(`echo vagrant | sudo -S -p '' sh -c ${JSON.stringify(command)}`);
    await sudo(
      "mkdir -p /mnt/cd /mnt/floppy && mount -t iso9660 -o ro /dev/sr1 /mnt/cd && mount -t vfat -o utf8 /dev/vda /mnt/floppy",
    );
    for (const mounted of ["/mnt/cd", "/mnt/floppy"]) {
      expect(await sudo(`cat ${mounted}/meta-data`)).toBe("instance-id: x\n");
      expect(await sudo(`cat '${mounted}/deep/er/${longName}'`)).toBe("ü\n");
    }
    const digest = createHash("sha256").update(big).digest("hex");
    expect(await sudo("sha256sum < /mnt/cd/big.bin")).toContain(digest);
  });
});
