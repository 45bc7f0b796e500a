import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { describe, expect } from "vitest";
import { createWorkplace, imgbuildPath, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** A source that boots the guest's live system, with some arguments set otherwise. */
function liveSource(iso: string, changed: Readonly<Record<string, string>>): string {
  const lines = { iso_url: `"${iso}"`, output_directory: '"out"', boot_command: '["live<enter>"]', ...changed };
  const others = tinySource.split("\n").filter((line) => !(line.trim().split(" ")[0]! in lines));
  const own = Object.entries(lines).filter(([, value]) => value !== "");
  return `source "qemu" "tiny" {${others.join("\n")}\n${own.map(([name, value]) => `  ${name} = ${value}`).join("\n")}\n}`;
}

async function liveGuest(changed: Readonly<Record<string, string>>, provisioner: string): Promise<Workplace> {
  const workplace = await createWorkplace();
  const source = liveSource(await tinyGuest(workplace.directory), changed);
  const build = `build {\n  sources = ["source.qemu.tiny"]\n${provisioner}\n}\n`;
  await writeFile(join(workplace.directory, "t.pkr.hcl"), `${source}\n${build}`);
  return workplace;
}

const inGuest = (command: string): string => `provisioner "shell" {\n    inline = [${JSON.stringify(command)}]\n  }`;

describe("when something goes wrong, the qemu builder", () => {
  withQemu("leaves a screenshot of what the machine showed, and nothing else", async () => {
    const workplace = await liveGuest({ ssh_password: '"wrong"', ssh_handshake_attempts: "1" }, "");
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout).toBe(1);
    const path = /The machine's screen at that moment: (\S+\.png)/.exec(stdout)?.[1];
    expect(isPicture(await readFile(path!)), stdout).toBe(true);
    expect(await readdir(workplace.directory)).not.toContain("out");
    expect(await readdir(workplace.temporary)).toEqual([]);
  });

  withQemu("notices at once that the guest switched itself off", async () => {
    const workplace = await liveGuest({}, inGuest("echo vagrant | sudo -S poweroff; sleep 60"));
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout).toBe(1);
    expect(stdout).toContain("The guest switched itself off in the middle of the build");
  });

  withQemu("says so when the host's disk is full, instead of waiting for a paused machine", async () => {
    const workplace = await createWorkplace();
    const iso = await tinyGuest(workplace.directory);
    const source = `source "qemu" "tiny" {\n  iso_url = "${iso}"\n  output_directory = "small/out"${tinySource}}`;
    await writeFile(join(workplace.directory, "t.pkr.hcl"), `${source}\nbuild {\n  sources = ["qemu.tiny"]\n}\n`);
    // The guest needs some 30 MB; its disk has 8, in a mount namespace of its own.
    const inSmallPlace = 'mkdir small && mount -t tmpfs -o size=8m tmpfs small && exec "$@"';
    const build = execFile(
      "unshare",
      ["-rm", "sh", "-c", inSmallPlace, "sh", process.execPath, imgbuildPath, "build", "t.pkr.hcl"],
      {
        cwd: workplace.directory,
        env: workplace.env,
      },
    );
    let output = "";
    build.stdout!.on("data", (chunk: string) => (output += chunk));
    const [code] = (await once(build, "close")) as [number];
    expect(code, output).toBe(1);
    expect(output).toContain("The host's disk is full, so QEMU had to pause the machine");
  });

  withQemu("says what QEMU said when it does not start", async () => {
    const workplace = await liveGuest({ machine_type: '"abacus"' }, "");
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout).toBe(1);
    expect(stdout).toContain("QEMU did not start: unsupported machine type");
    expect(stdout).toContain("See what this QEMU knows: -device help, -machine help.");
  });
});

describe("without a shutdown command", () => {
  withQemu("the power button is pressed, and the output says so", async () => {
    const workplace = await liveGuest({ shutdown_command: "" }, inGuest("true"));
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("Pressing the power button");
    expect(stdout).toContain("by its power button");
  });
});

describe("imgbuild screen", () => {
  withQemu("saves the picture of a running machine, and shows it on a page that follows it", async () => {
    const workplace = await liveGuest({}, inGuest("sleep 600"));
    const build = workplace.start("build", "t.pkr.hcl");
    await build.until("Waiting for SSH");

    const saved = await workplace.run("screen", "-save", "shot.png");
    expect(saved.code, saved.stderr).toBe(0);
    expect(isPicture(await readFile(join(workplace.directory, "shot.png")))).toBe(true);

    const page = workplace.start("screen");
    await page.until("Ctrl-C");
    const url = /http:\/\/127\.0\.0\.1:\d+\/\w+\//.exec(page.output())![0];
    const get = async (path: string) => (await request(url + path)).body;
    expect(await (await get("")).text()).toContain("machines.json");
    const machines = (await (await get("machines.json")).json()) as readonly { readonly key: string }[];
    expect(machines).toMatchObject([{ name: "packer-tiny" }]);
    const picture = async () => Buffer.from(await (await get(`screen/${machines[0]!.key}.png`)).arrayBuffer());
    const first = await picture();
    expect(isPicture(first)).toBe(true);
    // The guest is booting, so its screen changes.
    await expect.poll(async () => first.equals(await picture()), { timeout: 60_000 }).toBe(false);

    build.child.kill("SIGINT");
    await build.finished;
    expect(await (await get("machines.json")).json()).toEqual([]);
    page.child.kill("SIGINT");
    expect((await page.finished).code).toBe(0);
    expect((await workplace.run("screen", "-save", "shot.png")).stderr).toContain("No such machine is running now.");
  });

  withQemu("types at the machine: here what makes it boot, which the template forgot", async () => {
    const workplace = await liveGuest({ boot_command: "" }, inGuest("true"));
    const build = workplace.start("build", "t.pkr.hcl");
    await build.until("Waiting for SSH");
    expect((await workplace.run("screen", "-type", "\u00e4")).code).toBe(2);
    expect((await workplace.run("screen", "-type", "live<enter>", "another")).code).toBe(1);
    const typed = await workplace.run("screen", "-type", "<wait3>live<enter>", "packer-tiny");
    expect(typed.code, typed.stderr).toBe(0);
    const { code, stdout } = await build.finished;
    expect(code, stdout).toBe(0);
  });
});

function isPicture(bytes: Buffer): boolean {
  return bytes.subarray(1, 4).toString() === "PNG";
}
