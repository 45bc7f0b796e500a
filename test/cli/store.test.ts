import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { StoredBuild } from "../../src/core/store/record.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { isRoot } from "../helper/need.ts";

const TEMPLATE = `
source "file" "one" {
  source = "in.txt"
  target = "out/one.txt"
}
source "file" "two" {
  content = "two"
  target  = "out/two.txt"
}
build {
  sources = ["file.one", "file.two"]
  post-processor "checksum" {
    checksum_types = ["sha256"]
    output         = "out/{{.BuildName}}.sum"
  }
}`;

/** A machine with its own state and directory; the store is shared. */
async function machine(store: string, content = "hello"): Promise<Workplace> {
  const place = await createWorkplace({ IMGBUILD_STORE: store });
  writeFileSync(join(place.directory, "t.pkr.hcl"), TEMPLATE);
  writeFileSync(join(place.directory, "in.txt"), content);
  return place;
}

async function twoMachines() {
  const shared = await createWorkplace();
  const store = join(shared.directory, "store");
  const [builder, other] = [await machine(store), await machine(store)];
  const built = await builder.run("build", "t.pkr.hcl");
  expect(built).toMatchObject({ code: 0 });
  return { store, builder, other };
}

const read = (place: Workplace, name: string): string => readFileSync(join(place.directory, name), "utf8");

function recordsOf(store: string): readonly (StoredBuild & { readonly path: string })[] {
  const paths = readdirSync(join(store, "builds")).map((name) => join(store, "builds", name));
  return paths.map((path) => ({ ...(JSON.parse(readFileSync(path, "utf8")) as StoredBuild), path }));
}

const recordOf = (store: string, name: string) => recordsOf(store).find(({ build }) => build.name === name)!;
const blobPath = (store: string, sha256: string): string => join(store, "blobs", sha256.slice(0, 2), sha256);

/** Until the test ends. Root may write to what others may not, unless the whole file system is only to be read. */
function makeReadOnly(store: string): void {
  if (isRoot) {
    execFileSync("mount", ["--bind", store, store]);
    onTestFinished(() => void execFileSync("umount", [store]));
    execFileSync("mount", ["-o", "remount,bind,ro", store]);
    return;
  }
  const directories = readdirSync(store, { withFileTypes: true, recursive: true }).filter((one) => one.isDirectory());
  const paths = [store, ...directories.map((one) => join(one.parentPath, one.name))];
  for (const path of paths) chmodSync(path, 0o555);
  onTestFinished(() => paths.forEach((path) => chmodSync(path, 0o755)));
}

describe("imgbuild build -store", () => {
  it("is taken on another machine instead of being built, and later stages go on from there", async () => {
    const { store, builder, other } = await twoMachines();
    expect(statSync(store).mode & 0o777).toBe(0o700);
    const taken = await other.run("build", "-changed-only", "-metadata-file=part.json", "t.pkr.hcl");
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.stdout).toContain("Already built, by run");
    expect(taken.stdout).not.toContain("Running post-processor");
    for (const name of ["out/one.txt", "out/two.txt", "out/one.sum", "out/two.sum"]) {
      expect(read(other, name)).toBe(read(builder, name));
    }
    const merged = await other.run("manifest", "merge", "all.json", "part.json");
    expect(merged).toMatchObject({ code: 0 });
    expect(read(other, "all.json")).toContain(recordOf(store, "file.one").files[0]!.sha256);
    const [run] = readdirSync(join(other.directory, "state/runs"));
    const again = await other.run("post-process", "-all", run!, "t.pkr.hcl");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("Running post-processor: checksum");
    const plan = await other.run("plan", "-changed-only", "-format=shell", "t.pkr.hcl");
    expect(plan).toMatchObject({ code: 0, stdout: "" });
  });

  it("is built where its inputs are others", async () => {
    const { store } = await twoMachines();
    const changed = await machine(store, "hello again");
    const plan = await changed.run("plan", "-changed-only", "-format=shell", "t.pkr.hcl");
    expect(plan.stdout).toBe("imgbuild build -only=file.one t.pkr.hcl\n");
    const built = await changed.run("build", "-changed-only", "t.pkr.hcl");
    expect(built).toMatchObject({ code: 0 });
    expect(read(changed, "out/one.txt")).toBe("hello again");
    expect(
      recordsOf(store)
        .map(({ build }) => build.name)
        .toSorted(),
    ).toEqual(["file.one", "file.one", "file.two"]);
  });

  it("replaces nothing of the user's, and brings nothing before that is said", async () => {
    const { other } = await twoMachines();
    mkdirSync(join(other.directory, "out"));
    writeFileSync(join(other.directory, "out/one.sum"), "mine");
    const refused = await other.run("build", "-changed-only", "-only=file.one", "t.pkr.hcl");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout + refused.stderr).toContain("out/one.sum is there, and is not what the store has");
    expect(readdirSync(join(other.directory, "out"))).toEqual(["one.sum"]);
    expect(read(other, "out/one.sum")).toBe("mine");
    const forced = await other.run("build", "-changed-only", "-force", "-only=file.one", "t.pkr.hcl");
    expect(forced).toMatchObject({ code: 0 });
    expect(read(other, "out/one.sum")).not.toBe("mine");
  });

  it("follows no link out of the working directory", async () => {
    const { other } = await twoMachines();
    mkdirSync(join(other.directory, "elsewhere"));
    symlinkSync("elsewhere", join(other.directory, "out"));
    const refused = await other.run("store", "get", other.env["IMGBUILD_STORE"]!, "file.one");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout + refused.stderr).toContain("out is a link, which may lead anywhere");
    expect(readdirSync(join(other.directory, "elsewhere"))).toEqual([]);
  });

  it("builds again what is damaged in the store, and mends it there", async () => {
    const { store, other } = await twoMachines();
    const [file] = recordOf(store, "file.one").files;
    const blob = blobPath(store, file!.sha256);
    chmodSync(blob, 0o600);
    writeFileSync(blob, "hellO");
    const built = await other.run("build", "-changed-only", "-only=file.one", "t.pkr.hcl");
    expect(built).toMatchObject({ code: 0 });
    expect(built.stdout + built.stderr).toContain(`${file!.path} is damaged in the store ${store}. It is built again.`);
    expect(readFileSync(blob, "utf8")).toBe("hello");
    expect(recordOf(store, "file.one").files).toHaveLength(2);
  });

  it.each(["../../up", "/etc/up", "a/../../up", "out//x", "C:/x", "out\\x"])(
    "does not believe a record that names %s",
    async (path) => {
      const { store, other } = await twoMachines();
      const { path: recordPath, ...record } = recordOf(store, "file.two");
      writeFileSync(recordPath, JSON.stringify({ ...record, files: [{ ...record.files[0]!, path }] }));
      const refused = await other.run("store", "get", store, record.key);
      expect(refused).toMatchObject({ code: 2 });
      const built = await other.run("build", "-changed-only", "-only=file.two", "t.pkr.hcl");
      expect(built).toMatchObject({ code: 0 });
      expect(built.stdout + built.stderr).toContain("is damaged. It is built again.");
    },
  );

  it("says before the build that a store cannot be used", async () => {
    const place = await machine("");
    mkdirSync(join(place.directory, "full"));
    writeFileSync(join(place.directory, "full/photo.jpg"), "");
    for (const [address, text] of [
      ["full", "has other things in it, and is no store"],
      ["t.pkr.hcl", "is a file; a directory is needed there"],
      ["gs://bucket/x", 'A store is a directory or s3://…, not "gs://bucket/x"'],
      ["gs://me:s3cret@bucket/x", 'A store is a directory or s3://…, not "gs://bucket/x"'],
      ["s3://x", "it names no bucket"],
      ["s3://bucket/x?colour=red", 'it has no option "colour"'],
    ] as const) {
      const refused = await place.run("build", `-store=${address}`, "t.pkr.hcl");
      expect(refused.code).not.toBe(0);
      expect(refused.stdout + refused.stderr).toContain(text);
    }
    expect(readdirSync(place.directory)).not.toContain("out");
    const without = await place.run("build", "-changed-only", "t.pkr.hcl");
    expect(without).toMatchObject({ code: 2 });
    expect(without.stderr).toContain("name it with -store");
  });
});

describe("a store that may only be read", () => {
  it("is taken from, and what has to be built is not put there, which is said first", async () => {
    const { store, other } = await twoMachines();
    writeFileSync(join(other.directory, "in.txt"), "changed");
    makeReadOnly(store);
    const built = await other.run("build", "-changed-only", "t.pkr.hcl");
    expect(built).toMatchObject({ code: 0 });
    const said = built.stdout + built.stderr;
    expect(said.match(/may only be read/g)).toHaveLength(1);
    expect(said.indexOf("so what is built here is not put there: ")).toBeLessThan(said.indexOf("==> file.one"));
    expect(said).toContain("file.two: Already built, by run");
    expect(read(other, "out/one.txt")).toBe("changed");
    expect(recordsOf(store)).toHaveLength(2);
  });

  it("is an error before the build where things would only be put there", async () => {
    const { store, other } = await twoMachines();
    makeReadOnly(store);
    const refused = await other.run("build", "t.pkr.hcl");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout + refused.stderr).toContain(`The store ${store} may only be read: "${store}`);
    expect(refused.stdout + refused.stderr).toContain("With -changed-only it is used all the same");
    expect(existsSync(join(other.directory, "out"))).toBe(false);
  });
});

describe("imgbuild store", () => {
  it("lists, takes by name or key, and refuses what is not there or not clear", async () => {
    const { store, other } = await twoMachines();
    const changed = await machine(store, "changed");
    expect(await changed.run("build", "-only=file.one", "t.pkr.hcl")).toMatchObject({ code: 0 });
    const listed = await other.run("store", "ls", store);
    expect(listed.stdout).toMatch(/^key +build +stored +size +template\n/);
    expect(listed.stdout).toContain("3 builds, together");
    const json = (await other.run("store", "ls", "-json", store)).stdout.trim().split("\n");
    expect(json.map((line) => (JSON.parse(line) as { build: string }).build)).toContain("file.two");
    const unclear = await other.run("store", "get", store, "file.one");
    expect(unclear).toMatchObject({ code: 2 });
    expect(unclear.stderr).toContain('"file.one" may be 2 builds');
    const missing = await other.run("store", "get", store, "file.tow");
    expect(missing.stderr).toContain('The store has no build "file.tow". Did you mean "file.two"?');
    expect(await other.run("store", "get", "-latest", store, "file.one")).toMatchObject({ code: 0 });
    expect(read(other, "out/one.txt")).toBe("changed");
    const { key } = recordOf(store, "file.two");
    expect(await other.run("store", "get", store, key.slice(0, 12))).toMatchObject({ code: 0 });
    expect(read(other, "out/two.txt")).toBe("two");
  });

  it("puts what an earlier run has built without a store", async () => {
    const shared = await createWorkplace();
    const store = join(shared.directory, "store");
    const place = await machine("");
    expect(await place.run("build", "t.pkr.hcl")).toMatchObject({ code: 0 });
    const [run] = readdirSync(join(place.directory, "state/runs"));
    const put = await place.run("store", "put", store, run!.slice(0, 8));
    expect(put).toMatchObject({ code: 0 });
    const other = await machine(store);
    const taken = await other.run("build", "-changed-only", "t.pkr.hcl");
    expect(taken.stdout).not.toContain("Running post-processor");
    expect(read(other, "out/one.txt")).toBe("hello");
  });

  it("removes builds, and files that none needs once they are a day old", async () => {
    const { store, other } = await twoMachines();
    const { files } = recordOf(store, "file.one");
    const young = await other.run("store", "rm", store, "file.one");
    expect(young.stdout).toContain("Removed 1 build, 0 bytes. Files go with a later prune");
    const old = new Date(Date.now() - 25 * 3600_000);
    for (const { sha256 } of files) utimesSync(blobPath(store, sha256), old, old);
    const pruned = await other.run("store", "prune", "-older=1h", store);
    expect(pruned.stdout).toMatch(/^Removed 0 builds, \d+ bytes\.\n$/);
    expect(recordsOf(store).map(({ build }) => build.name)).toEqual(["file.two"]);
    expect(await other.run("store", "get", store, "file.two")).toMatchObject({ code: 0 });
    const saved = join(store, "checkpoints", `${"c".repeat(64)}.json`);
    mkdirSync(dirname(saved), { recursive: true });
    writeFileSync(saved, "{}");
    await other.run("store", "prune", "-older=1h", store);
    expect(existsSync(saved)).toBe(true);
    const unsaved = await other.run("store", "prune", "-checkpoints", store);
    expect(unsaved.stdout).toContain("Removed 0 builds, 1 checkpoint, 0 bytes.");
    expect(existsSync(saved)).toBe(false);
    const all = await other.run("store", "prune", "-keep=0", store);
    expect(all.stdout).toContain("Removed 1 build");
    expect((await other.run("store", "ls", store)).stdout).toContain("Nothing is stored there");
    expect(await other.run("store", "prune", store)).toMatchObject({ code: 2 });
  });
});
