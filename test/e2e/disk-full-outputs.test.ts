import { execFileSync, spawn, type ChildProcessByStdio } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { asRoot, isRoot } from "../helper/need.ts";
import { imgbuildPath } from "../helper/imgbuild.ts";

const SIZE = 100_000;

/** Cannot be compressed; begins as a qcow2 image of 1 GiB does (docs/interop/qcow2.txt of QEMU), so that it fits into a box. */
const input = randomBytes(SIZE);
input.write("QFI\u00fb", "latin1");
input.writeUInt32BE(3, 4);
input.writeBigUInt64BE(BigInt(1024 ** 3), 24);

const template = `
source "file" "a" {
  source = "../input"
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

async function finish(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

type Limit = "file system" | "file size";

interface Room {
  readonly bytes: number;
  readonly kind: Limit;
  readonly template: string;
  readonly args?: readonly string[];
}

/** `work` may hold no more than `bytes`: a file system of that size, or (without root) no file larger than that. */
async function buildWithRoom(
  { bytes, kind, template, args: flags = [] }: Room,
  inspect: (work: string, ended: Ended) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-full-"));
  const work = join(root, "work");
  await mkdir(work);
  const isMounted = kind === "file system";
  if (isMounted) execFileSync("mount", ["-t", "tmpfs", "-o", `size=${Math.ceil(bytes / 4096) * 4096}`, "tmpfs", work]);
  try {
    await writeFile(join(root, "input"), input);
    await writeFile(join(work, "t.pkr.hcl"), template);
    await writeFile(join(work, "manifest.json"), oldManifest);
    const command = [process.execPath, imgbuildPath, "build", ...flags, "t.pkr.hcl"];
    const limited = ["/bin/sh", "-c", `trap '' XFSZ; ulimit -f ${Math.ceil(bytes / 512)}; exec "$@"`, "sh", ...command];
    const [program, ...args] = isMounted ? command : limited;
    const env = { PATH: process.env["PATH"]!, HOME: root, TMPDIR: root, IMGBUILD_STATE_DIR: join(root, "state") };
    await inspect(work, await finish(spawn(program!, args, { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] })));
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

/** What tells whether a file in this format is whole. All of them are on Debian, and `.ci/run` installs them. */
const checks: Readonly<Record<string, readonly string[]>> = {
  gz: ["gzip", "-t"],
  bgzf: ["gzip", "-t", "-S", ".bgzf"],
  bz2: ["bzip2", "-t"],
  xz: ["xz", "-t"],
  lz4: ["lz4", "-q", "-t"],
  zst: ["zstd", "-q", "-t"],
  zip: ["unzip", "-tqq"],
  tar: ["tar", "-tf"],
  "libvirt.box": ["tar", "-xzOf"],
};

const archives = `
source "file" "a" {
  source = "../input"
  target = "out-a.qcow2"
}
build {
  sources = ["source.file.a"]
${Object.keys(checks)
  .filter((ending) => ending !== "libvirt.box")
  .map(
    (ending) =>
      `  post-processor "compress" {\n    output              = "box.${ending}"\n    keep_input_artifact = true\n  }\n`,
  )
  .join("")}
  post-processor "vagrant" {
    output              = "box.libvirt.box"
    provider_override   = "libvirt"
    keep_input_artifact = true
  }
}
`;

async function expectWholeArchivesOnly(work: string, ended: Ended): Promise<void> {
  const names = (await readdir(work)).filter((name) => name !== "t.pkr.hcl" && name !== "manifest.json");
  const what = `${ended.code}: ${names.join(" ")}\n${ended.output}`;
  const wanted = ["out-a.qcow2", ...Object.keys(checks).map((ending) => `box.${ending}`)];
  expect(
    names.filter((name) => !wanted.includes(name)),
    what,
  ).toEqual([]);
  for (const name of names.filter((found) => found.startsWith("box."))) {
    const [program, ...args] = checks[name.slice("box.".length)]!;
    execFileSync(program!, [...args, name], { cwd: work, stdio: ["ignore", "ignore", "inherit"] });
  }
  const isComplete = wanted.every((name) => names.includes(name));
  expect({ code: ended.code, isComplete, what }).toMatchObject(isComplete ? { code: 0 } : { code: 1 });
  if (!isComplete) expect(ended.output, what).toMatch(/disk is full|ENOSPC|EFBIG|no space|too large/i);
}

const kinds: readonly Limit[] = isRoot ? ["file system", "file size"] : ["file size"];

describe.each(kinds)("a %s that is full", (kind) => {
  const needed = kind === "file system" ? 2 * SIZE + 40_000 : SIZE + 20_000;
  const sizes = Array.from({ length: 16 }, (_, index) => 12_288 + Math.round((index * (needed - 12_288)) / 15));

  it("at any write, flush or close is an error, and under each final name there is the whole file or nothing", async () => {
    const codes: (number | null)[] = [];
    for (const bytes of sizes) {
      await buildWithRoom({ bytes, kind, template, args: ["-metadata-file=metadata.json"] }, async (work, ended) => {
        codes.push(ended.code);
        await expectWholeFilesOnly(work, ended);
      });
    }
    expect(codes[0]).toBe(1);
    expect(codes.at(-1)).toBe(0);
  });

  const archiveSizes = (
    kind === "file size" ? [40_000, 96_000, 99_500, 100_300, 101_000] : [60_000, 200_000, 400_000, 800_000]
  ).concat(2_000_000);

  it("leaves no half archive or box, in any format", async () => {
    const codes: (number | null)[] = [];
    for (const bytes of archiveSizes) {
      await buildWithRoom({ bytes, kind, template: archives }, async (work, ended) => {
        codes.push(ended.code);
        await expectWholeArchivesOnly(work, ended);
      });
    }
    expect(codes[0]).toBe(1);
    expect(codes.at(-1)).toBe(0);
  });
});

/** A state directory of so many bytes. The log of the build fits from about 12 KiB on, everything from about 24 KiB on. */
async function buildWithState(bytes: number, inspect: (work: string, ended: Ended) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-full-"));
  const [work, state, temporary] = [join(root, "work"), join(root, "state"), join(root, "tmp")];
  for (const directory of [work, state, temporary]) await mkdir(directory);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", state]);
  try {
    await writeFile(join(work, "t.pkr.hcl"), logged);
    const env = { PATH: process.env["PATH"]!, HOME: root, TMPDIR: temporary, IMGBUILD_STATE_DIR: state };
    const ended = await finish(
      spawn(process.execPath, [imgbuildPath, "build", "t.pkr.hcl"], {
        cwd: work,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    expect(await readdir(temporary)).toEqual([]);
    await inspect(work, ended);
  } finally {
    execFileSync("umount", [state]);
    await rm(root, { recursive: true, force: true });
  }
}

const logged = `
source "file" "a" {
  target  = "out"
  content = "hello"
}
build {
  sources = ["file.a"]
  provisioner "shell-local" {
    inline = ["for i in $(seq 60); do echo line $i 0123456789012345678901234567890123456789; done"]
  }
  post-processor "checksum" {
    checksum_types = ["sha256"]
    output         = "sums"
  }
}
`;

describe("a state directory that fills up", () => {
  asRoot("to mount a small file system")(
    "is said, whatever could not be written in it; what was built is whole and listed",
    async () => {
      const codes: (number | null)[] = [];
      let lostLogs = 0;
      for (let pages = 1; pages <= 10; pages++) {
        await buildWithState(pages * 4096, async (work, { code, output }) => {
          codes.push(code);
          if (/Warning: The log .*file\.a\.log cannot be written any more: no space left/.test(output)) lostLogs++;
          const what = `${pages} pages: ${code}\n${output}`;
          const names = (await readdir(work)).filter((name) => name !== "t.pkr.hcl");
          if (code !== 0) expect(output, what).toMatch(/no space left|disk is full/);
          if (code !== 0) expect(output, what).toContain("state directory");
          if (names.includes("out")) expect(await readFile(join(work, "out"), "utf8"), what).toBe("hello");
          if (names.includes("out")) expect(output, what).toContain("--> file.a: Stored file: out");
          expect(output.includes("--> file.a: Stored file: out"), what).toBe(names.includes("out"));
          if (code === 0) expect(names.sort(), what).toEqual(["out", "sums"]);
        });
      }
      expect(codes[0]).toBe(1);
      expect(codes.at(-1)).toBe(0);
      expect(lostLogs).toBeGreaterThan(0);
    },
  );

  it("stops a build before it makes anything, and says what to do", async () => {
    const root = await mkdtemp(join(tmpdir(), "imgbuild-full-"));
    try {
      await writeFile(
        join(root, "t.pkr.hcl"),
        'source "file" "a" {\n  target = "out"\n  content = "x"\n}\nbuild { sources = ["file.a"] }\n',
      );
      const env = { PATH: process.env["PATH"]!, HOME: root, TMPDIR: root, IMGBUILD_STATE_DIR: join(root, "state") };
      const { code, output } = await finish(
        spawn(
          "/bin/sh",
          ["-c", `trap '' XFSZ; ulimit -f 0; exec "$@"`, "sh", process.execPath, imgbuildPath, "build", "t.pkr.hcl"],
          { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] },
        ),
      );
      expect({ code, output }).toMatchObject({ code: 1 });
      expect(output).toContain("IMGBUILD_STATE_DIR");
      expect((await readdir(root)).filter((name) => name !== "state")).toEqual(["t.pkr.hcl"]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
