import { describe, expect, it } from "vitest";
import type { TransformTask } from "../../../src/lib/compress/block-transforms.ts";
import { createBlockWorkers } from "../../../src/lib/compress/block-workers.ts";
import type { DataBlock } from "../../../src/lib/compress/blocks.ts";

function blockOf(text: string): DataBlock {
  const memory = new SharedArrayBuffer(1000);
  const data = Buffer.from(memory, 0, text.length);
  data.write(text);
  return { data, before: data.subarray(0, 0), output: Buffer.from(memory, text.length) };
}

describe("createBlockWorkers", () => {
  it("answers each block with its own result, whatever the number of threads", async () => {
    const workers = createBlockWorkers({ name: "bzip2", options: { level: 1 } }, 3);
    const same = blockOf("the same");
    const results = await Promise.all(["one", "the same", "another"].map((text) => workers.transform(blockOf(text))));
    expect(results[1]!.equals(await workers.transform(same))).toBe(true);
    expect(new Set(results.map((result) => result.toString("hex"))).size).toBe(3);
    await workers.close();
  });

  it("rejects with what the transform throws, and goes on", async () => {
    const workers = createBlockWorkers({ name: "bzip2", options: { level: 1 } }, 1);
    const { data, before, output } = blockOf("what takes more room than there is");
    const crowded = { data, before, output: output.subarray(0, 10) };
    await expect(workers.transform(crowded)).rejects.toThrow("out of bounds");
    expect((await workers.transform(blockOf("short"))).length).toBeLessThan(45);
    await workers.close();
  });

  it("rejects every block once its thread is dead", async () => {
    const workers = createBlockWorkers({ name: "no such transform" } as unknown as TransformTask, 1);
    await expect(workers.transform(blockOf("first"))).rejects.toThrow();
    await expect(workers.transform(blockOf("second"))).rejects.toThrow();
    await workers.close();
  });
});
