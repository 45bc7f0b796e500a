import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/lib/byte-source.ts";
import { writeSource } from "../../src/lib/write-source.ts";

/** Of which batches are made; see the module. */
const BATCH_BYTES = 1_000_000;

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "imgbuild-test-"))));
afterAll(() => rmSync(directory, { recursive: true }));

async function* pieces(data: Buffer): ByteSource {
  for (let offset = 0; offset < data.length; offset += 70_001) yield data.subarray(offset, offset + 70_001);
}

describe("writeSource", () => {
  it.each([0, 1, BATCH_BYTES - 1, BATCH_BYTES, BATCH_BYTES + 1, 7 * BATCH_BYTES + 5])(
    "writes %i bytes, and knows how many they were and their digest",
    async (length) => {
      const data = Buffer.from(
        Uint32Array.from({ length: length / 4 + 1 }, (_, n) => n * 2_654_435_761).buffer,
        0,
        length,
      );
      const path = join(directory, `${length}`);
      const handle = await open(path, "wx");
      const written = await writeSource(handle, pieces(data), { signal: new AbortController().signal });
      await handle.close();
      expect(written).toEqual({ size: length, sha256: createHash("sha256").update(data).digest("hex") });
      expect(readFileSync(path).equals(data)).toBe(true);
    },
  );
});
