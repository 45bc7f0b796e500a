import { appendFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openJournalFile } from "../../../src/core/journal/journal-file.ts";
import { formatJournalLine, outstandingIn, type JournalLine } from "../../../src/core/journal/journal-line.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

describe("openJournalFile", () => {
  it("has a resource on disk before `record` resolves, with later updates, until it is struck", async () => {
    const path = join(temporaryDirectory(), "journal.jsonl");
    const journal = await openJournalFile(path);
    const vm = await journal.record({ kind: "vm", id: "one", details: { zone: "a" } });
    expect(outstandingIn(await readFile(path, "utf8"))).toHaveLength(1);
    await vm.update({ instance: "i-1" });
    expect(outstandingIn(await readFile(path, "utf8"))).toEqual([
      { entry: 1, resource: { kind: "vm", id: "one", details: { zone: "a", instance: "i-1" } } },
    ]);
    await vm.strike();
    await vm.strike();
    expect(outstandingIn(await readFile(path, "utf8"))).toEqual([]);
    expect(journal.outstanding()).toEqual([]);
    await journal.close();
  });

  it("is readable by its owner only", async () => {
    const path = join(temporaryDirectory(), "journal.jsonl");
    await (await openJournalFile(path)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("goes on after a line that was cut short, with numbers of its own", async () => {
    const path = join(temporaryDirectory(), "journal.jsonl");
    const first = await openJournalFile(path);
    await first.record({ kind: "vm", id: "one" });
    await first.close();
    await appendFile(path, '{"op":"record","entry":2,"resou');
    const second = await openJournalFile(path);
    await second.record({ kind: "vm", id: "two" });
    await second.close();
    expect(outstandingIn(await readFile(path, "utf8")).map(({ resource }) => resource.id)).toEqual(["one", "two"]);
  });

  it("keeps every one of many records made at once", async () => {
    const path = join(temporaryDirectory(), "journal.jsonl");
    const journal = await openJournalFile(path);
    const ids = Array.from({ length: 300 }, (_, index) => `vm-${index}`);
    const entries = await Promise.all(ids.map((id) => journal.record({ kind: "vm", id })));
    await Promise.all(entries.slice(1).map((entry) => entry.strike()));
    await journal.close();
    expect(outstandingIn(await readFile(path, "utf8")).map(({ resource }) => resource.id)).toEqual(["vm-0"]);
  });

  it("rejects with what to do when it cannot be written", async () => {
    const journal = await openJournalFile("/dev/full");
    await expect(journal.record({ kind: "vm", id: "one" })).rejects.toMatchObject({
      message: "The journal of this run could not be written",
      cause: { code: "ENOSPC" },
    });
    expect(journal.outstanding()).toEqual([]);
    await journal.close();
  });
});

describe("outstandingIn", () => {
  const resource = fc.record({ kind: fc.string(), id: fc.string() });
  const line: fc.Arbitrary<JournalLine> = fc.oneof(
    fc.record({ op: fc.constant("record" as const), entry: fc.nat(5), resource }),
    fc.record({
      op: fc.constant("update" as const),
      entry: fc.nat(5),
      details: fc.dictionary(fc.string(), fc.jsonValue()),
    }),
    fc.record({ op: fc.constant("strike" as const), entry: fc.nat(5) }),
  );

  it("never throws on a journal cut anywhere, and only misses what the cut line said", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat(), (lines, at) => {
        const text = lines.map(formatJournalLine).join("");
        const cut = text.slice(0, at % (text.length + 1));
        const whole = cut.slice(0, cut.lastIndexOf("\n") + 1);
        const found = outstandingIn(cut);
        expect([JSON.stringify(outstandingIn(whole)), JSON.stringify(outstandingIn(`${cut}\n`))]).toContain(
          JSON.stringify(found),
        );
      }),
    );
  });

  it("passes over anything that is not a journal line", () => {
    expect(outstandingIn('null\n[]\n{"op":"record"}\n\u0000\u0000\n"x"\n')).toEqual([]);
  });
});
