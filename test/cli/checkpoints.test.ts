import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CheckpointStore } from "../../src/core/checkpoints/store.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";

const template = `source "file" "a" {
  target  = "a.txt"
  content = "a"
}
source "null" "b" {
  communicator = "none"
}
build {
  sources = ["source.file.a", "source.null.b"]
  provisioner "shell-local" {
    checkpoint     = false
    checkpoint_key = ["week 1"]
    always         = true
    inline         = ["echo provisioned"]
  }
}
`;

function workplaceWith(env: Readonly<Record<string, string>> = {}): Promise<Workplace> {
  return createWorkplace(env).then((workplace) => {
    writeFileSync(join(workplace.directory, "t.pkr.hcl"), template);
    return workplace;
  });
}

describe("build -checkpoints with builders that cannot save machines", () => {
  it("says so once, and builds as usual", async () => {
    const { directory, run } = await workplaceWith();
    const { code, stdout } = await run("build", "-checkpoints", "t.pkr.hcl");
    expect(code, stdout).toBe(0);
    const said = stdout.split("\n").filter((line) => line.includes("heckpoint"));
    expect(said).toEqual(["No checkpoints of file.a, null.b: machines of file, null cannot be saved. Built as usual."]);
    expect(readFileSync(join(directory, "a.txt"), "utf8")).toBe("a");
  });

  it("is asked for by IMGBUILD_CHECKPOINTS, too", async () => {
    const on = await workplaceWith({ IMGBUILD_CHECKPOINTS: "1" });
    expect((await on.run("build", "t.pkr.hcl")).stdout).toContain("No checkpoints of file.a, null.b");
    const off = await workplaceWith({ IMGBUILD_CHECKPOINTS: "0" });
    expect((await off.run("build", "t.pkr.hcl")).stdout).not.toContain("checkpoint");
    expect(existsSync(join(off.directory, ".cache"))).toBe(false);
  });

  it("is refused with SOURCE_DATE_EPOCH, unless -force is given", async () => {
    const { directory, run } = await workplaceWith({ SOURCE_DATE_EPOCH: "1700000000" });
    const refused = await run("build", "-checkpoints", "t.pkr.hcl");
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain("SOURCE_DATE_EPOCH asks for a reproducible image");
    expect(refused.stdout + refused.stderr).toContain("Build without checkpoints, or add -force.");
    expect(existsSync(join(directory, "a.txt"))).toBe(false);
    expect((await run("build", "-checkpoints", "-force", "t.pkr.hcl")).code).toBe(0);
  });

  it("is refused with a limit that is none, before anything is built", async () => {
    const { directory, run } = await workplaceWith({ IMGBUILD_CHECKPOINTS_LIMIT: "lots" });
    const { code, stdout, stderr } = await run("build", "-checkpoints", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('IMGBUILD_CHECKPOINTS_LIMIT: "lots" is not a size');
    expect(existsSync(join(directory, "a.txt"))).toBe(false);
  });
});

const MIB = 1024 * 1024;

/** A store with two checkpoints of one build: the second goes on from the first, whose disk it needs. */
async function workplaceWithStore(): Promise<Workplace> {
  const workplace = await createWorkplace();
  const store = await CheckpointStore.open(join(workplace.directory, ".cache/imgbuild/checkpoints"));
  const place = store.workplace("test");
  await mkdir(place);
  const file = async (name: string, size: number) => {
    await writeFile(join(place, name), Buffer.alloc(size, name));
    return { path: join(place, name) };
  };
  const common = {
    version: 1 as const,
    template: "/templates/t.pkr.hcl",
    build: "qemu.a",
    createdAt: Date.now() - 90_000,
    inputs: { "argument memory": "digest" },
    outputs: {},
    facts: { key: { privateKey: "nobody sees it" } },
  };
  const disk = await file("disk", 2 * MIB);
  const one = { ...common, key: `aa${"0".repeat(62)}`, step: 0, name: "the machine" };
  await store.write(one, new Map([["disk", disk]]));
  const two = { ...common, key: `ab${"0".repeat(62)}`, parent: one.key, step: 1, name: "shell: install.sh" };
  await store.write(
    two,
    new Map([
      ["disk", disk],
      ["disk.1", await file("disk.1", MIB)],
    ]),
  );
  return workplace;
}

describe("imgbuild checkpoints", () => {
  it("lists what there is, with what removing each frees", async () => {
    const { run } = await workplaceWithStore();
    const { code, stdout } = await run("checkpoints");
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "id            build   step                  saved           size     template",
      expect.stringMatching(/^aa0000000000 {2}qemu\.a {2}before provisioners {3}1 min 3\d s ago {2}0 bytes {2}\/templ/),
      expect.stringMatching(
        /^ab0000000000 {2}qemu\.a {2}1: shell: install\.sh {2}1 min 3\d s ago {2}1\.0 MiB {2}\/templ/,
      ),
      "Together 3.0 MiB.",
      "",
    ]);
  });

  it("shows one, with what it depends on, and never what only the builder has to know", async () => {
    const { run } = await workplaceWithStore();
    const { stdout } = await run("checkpoints", "show", "ab");
    expect(stdout).toContain("goes on   from aa0000000000");
    expect(stdout).toContain("removing it frees 1.0 MiB");
    expect(stdout).toContain("depends on argument memory");
    const json = await run("checkpoints", "show", "-json", "ab");
    expect(JSON.parse(json.stdout)).toMatchObject({ build: "qemu.a", step: 1, ownBytes: MIB });
    expect(stdout + json.stdout).not.toContain("nobody sees it");
  });

  it("removes one, and what goes on from it stays whole", async () => {
    const { directory, run } = await workplaceWithStore();
    expect(await run("checkpoints", "rm", "aa")).toMatchObject({ code: 0, stdout: "Removed 1 checkpoint, 0 bytes.\n" });
    expect(readdirSync(join(directory, ".cache/imgbuild/checkpoints/objects"))).toHaveLength(2);
    expect(await run("checkpoints", "rm", "ab")).toMatchObject({ code: 0, stdout: "Removed 1 checkpoint, 3.0 MiB.\n" });
    expect(readdirSync(join(directory, ".cache/imgbuild/checkpoints/objects"))).toEqual([]);
    expect((await run("checkpoints")).stdout).toContain("No machine is saved.");
  });

  it("removes what was not used for long, and what is beyond a size", async () => {
    const { run } = await workplaceWithStore();
    expect((await run("checkpoints", "prune", "-older=1h")).stdout).toBe("Removed 0 checkpoints, 0 bytes.\n");
    expect((await run("checkpoints", "prune", "-keep=1M")).stdout).toBe("Removed 2 checkpoints, 3.0 MiB.\n");
  });

  it("says what an id means", async () => {
    const { run } = await workplaceWithStore();
    const many = await run("checkpoints", "rm", "a");
    expect(many.code).toBe(2);
    expect(many.stderr).toContain('"a" begins the ids of 2 checkpoints. Give more of it.');
    expect((await run("checkpoints", "rm", "ff")).stderr).toContain('No checkpoint has an id that begins with "ff"');
  });
});
