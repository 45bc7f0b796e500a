import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJournal } from "../../../src/core/journal/journal-line.ts";
import { reapers } from "../../../src/registry.ts";
import { createOwnedDirectory, MARKER_FILE } from "../../../src/owned/owned-directory.ts";
import { createOwnedFile } from "../../../src/owned/owned-file.ts";
import { createDyingRun, fileRun, type DyingRun } from "../../helper/dying-run.ts";

const ours = "of the run";
const notes = "MY OWN NOTES";

/** A dead run that had finished a file and a directory, each below a directory that it made. */
async function deadRun() {
  const dying = await createDyingRun();
  const { directory, run, step } = dying;
  const file = join(directory, "deep/er/out.txt");
  const written = await createOwnedFile(fileRun(run), step, file);
  await written.handle.writeFile(ours);
  await written.commit();
  const output = join(directory, "images/out");
  await createOwnedDirectory(run, step, output, { ownNames: ["vm"] });
  writeFileSync(join(output, "disk.img"), ours);
  // The journal is written again, after that.
  await run.journal.record({ kind: "process", id: `mark-${run.runId}`, details: { program: "none" } });
  await dying.die();
  // The clock of a file system ticks every few milliseconds.
  await new Promise((done) => setTimeout(done, 20));
  return { ...dying, file, output };
}

type Dead = Awaited<ReturnType<typeof deadRun>>;

/** What a user does to a dead run's things before `cleanup`; and what has to be there afterwards. */
const changes: Readonly<Record<string, (dead: Dead) => readonly (readonly [string, string])[]>> = {
  "writes the file anew": ({ file }) => put(file, notes),
  "adds to the file": ({ file }) => {
    appendFileSync(file, notes);
    return [[file, ours + notes]];
  },
  "changes the file and gives it its time back, with another length": ({ file }) => {
    writeFileSync(file, notes);
    utimesSync(file, 1, 1);
    return [[file, notes]];
  },
  "puts another file in its place": ({ file, directory }) => {
    writeFileSync(join(directory, "mine"), notes);
    renameSync(join(directory, "mine"), file);
    return [[file, notes]];
  },
  "puts a link in its place": ({ file, directory }) => {
    writeFileSync(join(directory, "mine"), notes);
    rmSync(file);
    symlinkSync(join(directory, "mine"), file);
    return [
      [join(directory, "mine"), notes],
      [file, notes],
    ];
  },
  "puts a note into the directory": ({ output }) => put(join(output, "notes.txt"), notes),
  "puts a directory of notes into it": ({ output }) => {
    mkdirSync(join(output, "mine"));
    return put(join(output, "mine/notes.txt"), notes);
  },
  "moves an old file into it": ({ output, directory }) => {
    const old = join(directory, "old");
    writeFileSync(old, notes);
    utimesSync(old, 1, 1);
    renameSync(old, join(output, "old"));
    return [[join(output, "old"), notes]];
  },
  "puts a note beside the file": ({ file }) => put(join(dirname(file), "notes.txt"), notes),
  "makes the parents anew": ({ directory }) => {
    rmSync(join(directory, "deep"), { recursive: true });
    mkdirSync(join(directory, "deep/er"), { recursive: true });
    return [[join(directory, "deep/er"), ""]];
  },
  "makes the directory anew": ({ output }) => {
    rmSync(output, { recursive: true });
    mkdirSync(output);
    return put(join(output, "notes.txt"), notes);
  },
  "makes it anew, with another's mark": ({ output }) => {
    rmSync(output, { recursive: true });
    mkdirSync(output);
    return put(join(output, MARKER_FILE), randomUUID());
  },
  "moves the directory and leaves a link": ({ output, directory }) => {
    renameSync(output, join(directory, "moved"));
    symlinkSync(join(directory, "moved"), output);
    return [
      [join(directory, "moved/disk.img"), ours],
      [join(output, "disk.img"), ours],
    ];
  },
  "has another name for the file": ({ file, directory }) => {
    linkSync(file, join(directory, "second"));
    return [[join(directory, "second"), ours]];
  },
};

function put(path: string, text: string): readonly (readonly [string, string])[] {
  writeFileSync(path, text);
  return [[path, text]];
}

describe("R-05: an entry of the journal is a claim, and nothing goes that the run did not make", () => {
  it.each(Object.entries(changes))("when the user %s", async (_, change) => {
    const dead = await deadRun();
    const kept = change(dead);
    await dead.cleanUp(true);
    for (const found of [await dead.cleanUp(), await dead.cleanUp()])
      expect(JSON.stringify(found)).not.toContain("failed");
    for (const [path, text] of kept) {
      expect(existsSync(path), path).toBe(true);
      if (text !== "") expect(readFileSync(path, "utf8")).toBe(text);
    }
    expect(existsSync(join(dead.output, "disk.img")) && !kept.some(([path]) => path.endsWith("disk.img"))).toBe(false);
  });

  it("says what stays and why, first and afterwards", async () => {
    const dead = await deadRun();
    put(dead.file, notes);
    put(join(dead.output, "notes.txt"), notes);
    const said = await dead.reasons(true);
    expect(said).toEqual([
      "notes.txt in it came after that run, and would stay; the rest would be removed",
      "it has changed since that run wrote it",
    ]);
    expect(await dead.reasons()).toEqual([
      "notes.txt in it came after that run, and stayed; the rest was removed",
      "it has changed since that run wrote it",
    ]);
    expect(readdirSync(dead.output)).toEqual(["notes.txt"]);
  });

  it("but what the run's own program wrote after its death goes with the rest", async () => {
    const dead = await deadRun();
    put(join(dead.output, "vm-disk002.vmdk"), ours);
    await dead.cleanUp();
    expect(readdirSync(dead.directory)).toEqual(["state"]);
  });

  it("and without any change nothing is left", async () => {
    const dead = await deadRun();
    expect(await dead.cleanUp(true)).toContain(`file ${dead.file} (complete, of a build that did not end): removed`);
    await dead.cleanUp();
    expect(readdirSync(dead.directory)).toEqual(["state"]);
  });
});

/** Lines that a run of this version never wrote. `PRECIOUS` is a file of the user, `DIR` its directory. */
const forged: readonly string[] = [
  "null",
  "[]",
  "42",
  '"text"',
  "{}",
  "\u0000\u0000\u0000",
  '{"op":"record","entry":1,"resource":null}',
  '{"op":"record","entry":1,"resource":[]}',
  '{"op":"record","entry":1,"resource":{"kind":"directory"}}',
  '{"op":"record","entry":1,"resource":{"kind":7,"id":"PRECIOUS"}}',
  '{"op":"record","entry":-1,"resource":{"kind":"file","id":"PRECIOUS"}}',
  '{"op":"record","entry":1e999,"resource":{"kind":"file","id":"PRECIOUS"}}',
  '{"op":"record","entry":1,"resource":{"kind":"file","id":"PRECIOUS","details":5}}',
  '{"op":"later","entry":1,"resource":{"kind":"file","id":"PRECIOUS"}}',
  '{"op":"update","entry":1,"details":null}',
  '{"op":"died","entry":0}',
];

const forgedResources: readonly Record<string, unknown>[] = [
  { kind: "toString", id: "PRECIOUS" },
  { kind: "constructor", id: "PRECIOUS" },
  { kind: "__proto__", id: "PRECIOUS" },
  { kind: "of-a-later-version", id: "PRECIOUS" },
  { kind: "file", id: "PRECIOUS" },
  { kind: "file", id: "precious" },
  { kind: "file", id: "PRECIOUS", details: { device: 1, inode: 2, bornNs: null, parents: "/" } },
  {
    kind: "file",
    id: "PRECIOUS",
    details: { parents: "/", parentsToken: "../../precious", parentsMade: [null, 5, {}] },
  },
  { kind: "directory", id: "DIR" },
  { kind: "directory", id: "DIR", details: { ownNames: "x", parents: 5, parentsToken: {} } },
  { kind: "directory", id: "." },
  { kind: "directory", id: "/" },
  { kind: "lock", id: "PRECIOUS" },
  { kind: "lock", id: "PRECIOUS", details: { token: "" } },
  { kind: "lock", id: "PRECIOUS", details: { token: "txt" } },
  { kind: "lock", id: "DIR/x", details: { token: randomUUID() } },
];

describe("R-08: whatever stands in a journal, nothing of the user's goes and the rest is cleaned up", () => {
  const append = ({ directory, run }: DyingRun, line: string): void => {
    const text = line
      .replaceAll("PRECIOUS", join(directory, "mine/precious"))
      .replaceAll("DIR", join(directory, "mine"));
    appendFileSync(join(directory, "state/runs", run.runId, "journal.jsonl"), `${text}\n`);
  };
  const withPrecious = async () => {
    const dead = await deadRun();
    mkdirSync(join(dead.directory, "mine"));
    put(join(dead.directory, "mine/precious"), notes);
    put(join(dead.directory, "mine/x.txt"), notes);
    return dead;
  };

  it.each(forged)("the line %s", async (line) => {
    const dead = await withPrecious();
    append(dead, line);
    const found = (await dead.cleanUp()) as readonly string[];
    expect(found.filter((text) => text.endsWith(": failed"))).toEqual([
      expect.stringMatching(/^line \d+ of the journal /),
    ]);
    expect(readdirSync(dead.directory).sort()).toEqual(["mine", "state"]);
    expect(readdirSync(join(dead.directory, "mine")).sort()).toEqual(["precious", "x.txt"]);
  });

  it.each(forgedResources)("the entry %j", async (resource) => {
    const dead = await withPrecious();
    append(dead, JSON.stringify({ op: "record", entry: 99, resource }));
    await dead.cleanUp();
    expect(readdirSync(dead.directory).sort()).toEqual(["mine", "state"]);
    expect(readdirSync(join(dead.directory, "mine")).sort()).toEqual(["precious", "x.txt"]);
    expect(readFileSync(join(dead.directory, "mine/precious"), "utf8")).toBe(notes);
  });

  it.each(Object.keys(reapers))("an entry of the kind %s with odd details fails by itself, in words", async (kind) => {
    const odd = [undefined, {}, { pid: "x", scope: 5, program: [], region: 7, token: {}, name: null, id: [] }];
    for (const details of odd) {
      const dead = await withPrecious();
      append(dead, JSON.stringify({ op: "record", entry: 99, resource: { kind, id: "odd", details } }));
      const errors = await dead.errors();
      expect(errors.join("\n")).not.toMatch(/bug in imgbuild|TypeError/);
      expect(readdirSync(dead.directory).sort()).toEqual(["mine", "state"]);
    }
  });

  it("a line that was cut is passed over, wherever", () => {
    const line = '{"op":"record","entry":1,"resource":{"kind":"file","id":"/x"}}';
    for (let length = 1; length < line.length; length++) {
      const { outstanding, unreadable } = readJournal(`${line.slice(0, length)}\n{"op":"strike","entry":1}\n`);
      expect({ outstanding, unreadable }).toEqual({ outstanding: [], unreadable: [] });
    }
  });
});
