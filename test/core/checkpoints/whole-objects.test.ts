import { createHash } from "node:crypto";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it as anywhere } from "vitest";
import { WholeObjects } from "../../../src/core/checkpoints/whole-objects.ts";
import { without } from "../../helper/need.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const it = process.platform === "linux" ? anywhere : without("needs Linux, which says when it was started");
const { signal } = new AbortController();
const CONTENT = "content";
const OBJECT = createHash("sha256").update(CONTENT).digest("hex");
const AN_HOUR_AGO = Date.now() / 1000 - 3600;

/** Its file system has no other way to say that a file is old. */
async function createObject() {
  const notes = temporaryDirectory();
  const path = join(temporaryDirectory(), "object");
  const write = async (text: string, time = AN_HOUR_AGO) => {
    await writeFile(path, text);
    await utimes(path, time, time);
  };
  await write(CONTENT);
  const isWhole = () => new WholeObjects(notes).isWhole({ path, object: OBJECT, size: CONTENT.length }, signal);
  return { notes, path, write, isWhole };
}

describe("whether objects are whole", () => {
  it("is found out by reading, once", async () => {
    const { write, isWhole } = await createObject();
    expect(await isWhole()).toBe(true);
    await write("another");
    expect(await isWhole()).toBe(true);
  });

  it("is found out again where the file looks changed: by its time, its size, as another file", async () => {
    const { path, write, isWhole } = await createObject();
    expect(await isWhole()).toBe(true);
    await write("another", AN_HOUR_AGO + 1);
    expect(await isWhole()).toBe(false);
    await write(CONTENT.slice(1));
    expect(await isWhole()).toBe(false);
    await writeFile(`${path}.new`, "another");
    await utimes(`${path}.new`, AN_HOUR_AGO, AN_HOUR_AGO);
    const other = new WholeObjects(temporaryDirectory());
    expect(await other.isWhole({ path: `${path}.new`, object: OBJECT, size: CONTENT.length }, signal)).toBe(false);
  });

  it("is found out again after a restart of the computer, and where the note is no note", async () => {
    const { notes, write, isWhole } = await createObject();
    expect(await isWhole()).toBe(true);
    const note = join(notes, OBJECT);
    const noted = JSON.parse(await readFile(note, "utf8")) as object;
    await write("another");
    for (const text of [JSON.stringify({ ...noted, bootId: "another" }), "null", "5", "", "{"]) {
      await writeFile(note, text);
      expect(await isWhole(), text).toBe(false);
    }
  });

  it("is not noted of what was just written, nor of what is damaged or gone", async () => {
    const { notes, path, write, isWhole } = await createObject();
    await write(CONTENT, Date.now() / 1000);
    expect(await isWhole()).toBe(true);
    await write("another");
    expect(await isWhole()).toBe(false);
    const gone = { path: `${path}.gone`, object: OBJECT, size: CONTENT.length };
    expect(await new WholeObjects(notes).isWhole(gone, signal)).toBe(false);
    expect(await readdir(notes)).toEqual([]);
  });

  it("is forgotten of objects that are gone", async () => {
    const { notes, isWhole } = await createObject();
    await isWhole();
    const whole = new WholeObjects(notes);
    await whole.keepOnly(new Set([OBJECT]));
    expect(await readdir(notes)).toEqual([OBJECT]);
    await whole.keepOnly(new Set());
    expect(await readdir(notes)).toEqual([]);
  });
});
