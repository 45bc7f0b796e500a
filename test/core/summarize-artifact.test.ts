import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { summarizeArtifact } from "../../src/core/summarize-artifact.ts";
import type { Artifact } from "../../src/sdk/artifact.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const SIZE = 257 * 1024 * 1024;

function bigArtifact(): { readonly path: string; readonly artifact: Artifact } {
  const path = join(temporaryDirectory(), "disk.raw");
  writeFileSync(path, "");
  truncateSync(path, SIZE);
  return { path, artifact: { builderId: "x", id: "x", description: "x", files: [path] } as unknown as Artifact };
}

describe("the digest of a large file", () => {
  it("is waited for with progress, up to its end", async () => {
    const { path, artifact } = bigArtifact();
    const { signal } = new AbortController();
    const seen: number[] = [];
    const onProgress = (_: string, done: number): number => seen.push(done);
    const { files } = await summarizeArtifact(artifact, { signal, hashUpTo: Infinity, onProgress });
    expect(files).toEqual([{ path, size: SIZE, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }]);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(SIZE);
  });

  it("is given up when the run is cancelled", async () => {
    const { path, artifact } = bigArtifact();
    const cancelled = new AbortController();
    const seen: number[] = [];
    const onProgress = (_: string, done: number): void => {
      seen.push(done);
      cancelled.abort();
    };
    const options = { signal: cancelled.signal, hashUpTo: Infinity, onProgress };
    expect((await summarizeArtifact(artifact, options)).files).toEqual([{ path, size: SIZE, sha256: undefined }]);
    expect(seen).toHaveLength(1);
  });
});
