import { describe, expect, it } from "vitest";
import { ProgramFailed, throughProgram, type Program } from "../../src/lib/through-program.ts";

const program = (name: string, ...args: string[]): Program => ({ name, args, debianPackage: "a-package" });

async function* pieces(count: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(100_000);
  for (let index = 0; index < count; index++) {
    await Promise.resolve();
    yield memory.fill(index);
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

describe("throughProgram", () => {
  it("gives what the program makes, of memory that is used again", async () => {
    const expected = await collect(pieces(20));
    expect((await collect(throughProgram(pieces(20), program("cat")))).equals(expected)).toBe(true);
  });

  it("fails with what the program said, also where it does not read to the end", async () => {
    const failing = throughProgram(
      pieces(20),
      program("sh", "-c", "head -c 1 >/dev/null; echo no such thing >&2; exit 3"),
    );
    await expect(collect(failing)).rejects.toThrow(new ProgramFailed("no such thing"));
  });

  it("says how to get a program that is missing", async () => {
    const missing = throughProgram(pieces(1), program("no-such-program"));
    await expect(collect(missing)).rejects.toThrow(
      'The program "no-such-program" is needed here and is not on PATH. To install it: apt install a-package (macOS: brew install no-such-program)',
    );
  });

  it("fails as its source does", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* pieces(1);
      throw new Error("the disk is gone");
    }
    await expect(collect(throughProgram(failing(), program("cat")))).rejects.toThrow("the disk is gone");
  });

  it("ends the program when its reader stops", async () => {
    const endless = throughProgram(pieces(0), program("yes"));
    await endless.next();
    await endless.return(undefined);
    expect((await endless.next()).done).toBe(true);
  });
});
