import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { imgbuildPath } from "../helper/imgbuild.ts";

const SIZE = 100_000;
const isRoot = process.getuid?.() === 0;

const template = `
source "file" "a" {
  source = "input"
  target = "out-a"
}
build {
  sources = ["source.file.a"]
  post-processors {
    post-processor "compress" {
      output              = "box.tar.gz"
      keep_input_artifact = true
    }
    post-processor "checksum" {
      checksum_types = ["sha256"]
      output         = "sums"
    }
  }
  post-processor "manifest" {
    output = "manifest.json"
  }
}
`;

const oldManifest = `${JSON.stringify({ builds: [{ name: "precious" }], last_run_uuid: "old" })}\n`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** `work` may hold no more than `bytes`: a file system of that size, or (without root) no file larger than that. */
async function buildWithRoom(
  bytes: number,
  kind: "file system" | "file size",
  inspect: (work: string, ended: Ended) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-full-"));
  const work = join(root, "work");
  await mkdir(work);
  const isMounted = kind === "file system";
  if (isMounted) execFileSync("mount", ["-t", "tmpfs", "-o", `size=${Math.ceil(bytes / 4096) * 4096}`, "tmpfs", work]);
  try {
    await writeFile(join(root, "input"), randomBytes(SIZE));
    await writeFile(join(work, "t.pkr.hcl"), template.replace('"input"', '"../input"'));
    await writeFile(join(work, "manifest.json"), oldManifest);
    const command = [process.execPath, imgbuildPath, "build", "-metadata-file=metadata.json", "t.pkr.hcl"];
    const limited = ["/bin/sh", "-c", `trap '' XFSZ; ulimit -f ${Math.ceil(bytes / 512)}; exec "$@"`, "sh", ...command];
    const [program, ...args] = isMounted ? command : limited;
    const env = { PATH: process.env["PATH"]!, HOME: root, TMPDIR: root, IMGBUILD_STATE_DIR: join(root, "state") };
    const child = spawn(program!, args, { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    await inspect(work, { code, output });
  } finally {
    if (isMounted) execFileSync("umount", [work]);
    await rm(root, { recursive: true, force: true });
  }
}

/** Each file under a final name is whole, whatever happened; nothing half-written is left; what the user had is there. */
async function expectWholeFilesOnly(work: string, ended: Ended): Promise<void> {
  const names = await readdir(work);
  const what = `${ended.code}: ${names.join(" ")}\n${ended.output}`;
  expect(
    names.filter((name) => name.startsWith(".")),
    what,
  ).toEqual([]);
  if (names.includes("out-a")) expect((await stat(join(work, "out-a"))).size, what).toBe(SIZE);
  if (names.includes("box.tar.gz")) {
    expect(gunzipSync(await readFile(join(work, "box.tar.gz"))).length, what).toBeGreaterThan(SIZE);
  }
  if (names.includes("sums")) expect(await readFile(join(work, "sums"), "utf8"), what).toMatch(/^[0-9a-f]{64}\t.*\n$/);
  if (names.includes("metadata.json")) JSON.parse(await readFile(join(work, "metadata.json"), "utf8"));
  const manifest = JSON.parse(await readFile(join(work, "manifest.json"), "utf8")) as { builds: { name: string }[] };
  expect(manifest.builds[0]!.name, what).toBe("precious");
  const isComplete =
    ["out-a", "box.tar.gz", "sums", "metadata.json"].every((name) => names.includes(name)) &&
    manifest.builds.length === 2;
  expect({ code: ended.code, isComplete, what }).toMatchObject(isComplete ? { code: 0 } : { code: 1 });
  if (!isComplete) expect(ended.output, what).toMatch(/disk is full|ENOSPC|EFBIG|no space|too large/i);
}

const kinds = isRoot ? (["file system", "file size"] as const) : (["file size"] as const);

describe.each(kinds)("a %s that is full", (kind) => {
  const needed = kind === "file system" ? 2 * SIZE + 40_000 : SIZE + 20_000;
  const sizes = Array.from({ length: 16 }, (_, index) => 12_288 + Math.round((index * (needed - 12_288)) / 15));

  it("at any write, flush or close is an error, and under each final name there is the whole file or nothing", async () => {
    const codes: (number | null)[] = [];
    for (const bytes of sizes) {
      await buildWithRoom(bytes, kind, async (work, ended) => {
        codes.push(ended.code);
        await expectWholeFilesOnly(work, ended);
      });
    }
    expect(codes[0]).toBe(1);
    expect(codes.at(-1)).toBe(0);
  });
});

describe("a state directory that is full", () => {
  it("stops a build before it makes anything, and says what to do", async () => {
    const root = await mkdtemp(join(tmpdir(), "imgbuild-full-"));
    try {
      await writeFile(
        join(root, "t.pkr.hcl"),
        'source "file" "a" {\n  target = "out"\n  content = "x"\n}\nbuild { sources = ["file.a"] }\n',
      );
      const env = { PATH: process.env["PATH"]!, HOME: root, TMPDIR: root, IMGBUILD_STATE_DIR: join(root, "state") };
      const child = spawn(
        "/bin/sh",
        ["-c", `trap '' XFSZ; ulimit -f 0; exec "$@"`, "sh", process.execPath, imgbuildPath, "build", "t.pkr.hcl"],
        { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] },
      );
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      expect({ code, output }).toMatchObject({ code: 1 });
      expect(output).toContain("IMGBUILD_STATE_DIR");
      expect((await readdir(root)).filter((name) => name !== "state")).toEqual(["t.pkr.hcl"]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
