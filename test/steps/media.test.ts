import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CdConfig } from "../../src/sdk/schema/cd.ts";
import type { FloppyConfig } from "../../src/sdk/schema/floppy.ts";
import { createCd } from "../../src/steps/cd.ts";
import { checkMachineFiles } from "../../src/steps/check-files.ts";
import { createFloppy } from "../../src/steps/floppy.ts";
import { needs } from "../helper/need.ts";
import { readBack } from "../helper/read-back.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const floppyDefaults: FloppyConfig = { floppy_label: "packer" };
const cdDefaults: CdConfig = { cd_label: "packer" };

async function filesRun(): Promise<RecordingRun> {
  const run = await createRecordingRun();
  const at = (path: string) => join(run.directories.work, path);
  mkdirSync(at("drivers/net/x64"), { recursive: true });
  writeFileSync(at("autounattend.xml"), "<unattend/>");
  writeFileSync(at("a.ps1"), "a");
  writeFileSync(at("b.ps1"), "b");
  writeFileSync(at("[1].txt"), "brackets");
  writeFileSync(at("drivers/net/x64/e1000.sys"), "sys");
  writeFileSync(at("drivers/.hidden"), "hidden");
  symlinkSync("../a.ps1", at("drivers/linked.ps1"));
  return run;
}
const onFloppy = (path: string) => readBack("mdir", "-b", "-/", "-a", "-i", path, "::").trim().split("\n").sort();
const onCd = (path: string) => readBack("bsdtar", "-tf", path).trim().split("\n").sort();

describe("createFloppy", () => {
  it("makes none where none is asked for", async () => {
    expect(await createFloppy(await createRecordingRun(), floppyDefaults)).toBeUndefined();
  });

  needs("mdir", "mtools")("takes files, globs, directories and contents", async () => {
    const run = await filesRun();
    const path = await createFloppy(run, {
      ...floppyDefaults,
      floppy_files: ["autounattend.xml", "*.ps1", "[1].txt"],
      floppy_dirs: ["drivers"],
      floppy_content: { "answers/setup.txt": "yes" },
    });
    expect(onFloppy(path!)).toEqual([
      "::/[1].txt",
      "::/a.ps1",
      "::/answers/",
      "::/answers/setup.txt",
      "::/autounattend.xml",
      "::/b.ps1",
      "::/drivers/",
      "::/drivers/.hidden",
      "::/drivers/linked.ps1",
      "::/drivers/net/",
      "::/drivers/net/x64/",
      "::/drivers/net/x64/e1000.sys",
    ]);
  });

  it("says what does not fit, what is there twice, and what is not there", async () => {
    const run = await filesRun();
    writeFileSync(join(run.directories.work, "big"), Buffer.alloc(2_000_000));
    await expect(createFloppy(run, { ...floppyDefaults, floppy_files: ["big"] })).rejects.toMatchObject({
      message: 'The floppy disk cannot be made: "big" does not fit any more: a floppy disk holds 1457664 bytes',
      hint: "cd_files and cd_content take any amount.",
    });
    await expect(
      createFloppy(run, { ...floppyDefaults, floppy_files: ["a.ps1"], floppy_content: { "A.PS1": "" } }),
    ).rejects.toThrow('"A.PS1" would be there twice');
    await expect(createFloppy(run, { ...floppyDefaults, floppy_files: ["no.bat"] })).rejects.toThrow(
      'No file matches "no.bat"',
    );
    await expect(createFloppy(run, { ...floppyDefaults, floppy_content: { "../x": "" } })).rejects.toThrow(
      "leads out of it",
    );
  });
});

describe("a pattern that matches nothing (M-10)", () => {
  const { work } = { work: "/nonexistent" };
  const places = { work, template: work, host: { homeDir: work, env: {}, platform: "linux" as const } };
  const lists = ["floppy_files", "floppy_dirs", "cd_files"] as const;
  const patterns = ["*.bat", "drivers/?.cat", "d[rs]/x"];

  it.each(lists.flatMap((list) => patterns.map((pattern) => ({ list, pattern }))))(
    "is a warning in $list, and left out: $pattern",
    async ({ list, pattern }) => {
      const issues = await checkMachineFiles({ [list]: ["named.txt", pattern] }, places);
      expect(issues).toMatchObject([
        { severity: "error", code: "missing-file", path: [list, 0] },
        { severity: "warning", code: "no-match", path: [list, 1] },
      ]);
      const run = await filesRun();
      const args = { [list]: [pattern, "a.ps1"] };
      const path =
        list === "cd_files"
          ? createCd(run, { ...cdDefaults, ...args })
          : createFloppy(run, { ...floppyDefaults, ...args });
      expect(await path).toBeDefined();
    },
  );
});

describe("createCd", () => {
  needs("bsdtar", "libarchive-tools")(
    "copies a directory under its name, or with a trailing slash what it holds",
    async () => {
      const run = await filesRun();
      const whole = await createCd(run, {
        ...cdDefaults,
        cd_files: ["drivers/net"],
        cd_content: { "meta-data": "", "user-data": "#cloud-config" },
      });
      expect(onCd(whole!)).toEqual([".", "meta-data", "net", "net/x64", "net/x64/e1000.sys", "user-data"]);
      expect(readBack("bsdtar", "-xOf", whole!, "user-data")).toBe("#cloud-config");
      const contents = await createCd(run, { ...cdDefaults, cd_files: ["drivers/net/"] });
      expect(onCd(contents!)).toEqual([".", "x64", "x64/e1000.sys"]);
    },
  );
});

describe("checkMachineFiles", () => {
  it("names every file that is not there, at its argument", async () => {
    const run = await filesRun();
    const issues = await checkMachineFiles(
      { http_directory: "http", floppy_files: ["a.ps1", "*.bat"], cd_files: ["nothing"], iso_url: "missing.iso" },
      { ...run.directories, host: run.host },
    );
    expect(issues.map(({ path, summary }) => [path.join("."), summary])).toEqual([
      ["http_directory", "Directory not found"],
      ["iso_url", "File not found"],
      ["floppy_files.1", "Nothing matches"],
      ["cd_files.0", "File not found"],
    ]);
  });

  it("finds nothing wrong with an image that may come from elsewhere", async () => {
    const run = await filesRun();
    expect(
      await checkMachineFiles(
        { iso_urls: ["missing.iso", "https://example.com/a.iso"] },
        { ...run.directories, host: run.host },
      ),
    ).toEqual([]);
  });
});

it("says which names on a CD are too long for Windows (M-17)", async () => {
  const run = await filesRun();
  const [whole, cut] = ["w".repeat(103), "c".repeat(104)];
  await createCd(run, { ...cdDefaults, cd_content: { [whole]: "", [`${cut}/x`]: "", [`${cut}/y`]: "" } });
  expect(run.warnings()).toEqual([
    `Windows will see the name "${cut}" on the CD cut at 103 characters; Unix sees all of it.`,
  ]);
});
