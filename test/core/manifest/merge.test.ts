import { describe, expect, it } from "vitest";
import { mergeManifests } from "../../../src/core/manifest/merge-manifests.ts";
import { mergeMetadata } from "../../../src/core/manifest/merge-metadata.ts";
import type { ManifestEntry } from "../../../src/core/manifest/parse-manifest.ts";
import { metadataBuilds } from "../../../src/core/manifest/parse-metadata.ts";

const entry = (name: string, run: string, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  name,
  builder_type: "qemu",
  build_time: 10,
  files: [{ name: `${name}.qcow2`, size: 3 }],
  artifact_id: "VM",
  packer_run_uuid: run,
  custom_data: null,
  ...more,
});
const manifest = (path: string, ...builds: readonly ManifestEntry[]) => ({ kind: "manifest" as const, path, builds });

describe("mergeManifests", () => {
  it("is the same whatever the order of the parts", () => {
    const parts = [manifest("1.json", entry("b", "r1"), entry("c", "r1")), manifest("2.json", entry("a", "r2"))];
    const merged = mergeManifests(parts);
    expect(merged.builds.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(mergeManifests(parts.toReversed())).toEqual(merged);
  });

  it("takes what is told twice once, and several artifacts of one run as they are", () => {
    const twice = [manifest("1.json", entry("a", "r1")), manifest("copy.json", entry("a", "r1"))];
    expect(mergeManifests(twice).builds).toHaveLength(1);
    const two = manifest("1.json", entry("a", "r1"), entry("a", "r1", { artifact_id: "box" }));
    expect(mergeManifests([two]).builds).toHaveLength(2);
  });

  it("refuses two answers for one build with both places, and takes the later one where asked", () => {
    const parts = [manifest("new.json", entry("a", "r2", { build_time: 20 })), manifest("old.json", entry("a", "r1"))];
    expect(() => mergeManifests(parts)).toThrow("qemu.a: new.json (run r2), old.json (run r1)");
    const merged = mergeManifests(parts, { latest: true });
    expect(merged).toMatchObject({ builds: [{ packer_run_uuid: "r2" }], last_run_uuid: "r2" });
  });

  it("tells builds of one name apart by their custom_data", () => {
    const of = (template: string, run: string) => entry("a", run, { custom_data: { template } });
    expect(mergeManifests([manifest("1", of("x", "r1")), manifest("2", of("y", "r2"))]).builds).toHaveLength(2);
  });
});

const metadata = (path: string, run: object) => {
  const file = { version: 1, startedAt: "2026-01-02T03:00:00.000Z", finishedAt: "2026-01-02T03:10:00.000Z", ...run };
  return { kind: "metadata" as const, path, builds: metadataBuilds(file)! };
};
const build = (name: string, outcome: string) => ({ build: name, outcome, durationMs: 60_000, artifacts: [] });

describe("mergeMetadata", () => {
  it("says of which run and template each build is, and the worst outcome", () => {
    const merged = mergeMetadata([
      metadata("2.json", { runId: "r2", template: "b", builds: [build("null.x", "failed")] }),
      metadata("1.json", { runId: "r1", template: "a", builds: [build("null.x", "succeeded")] }),
    ]);
    expect(merged).toMatchObject({
      outcome: "failed",
      durationMs: 120_000,
      builds: [
        { template: "a", build: "null.x", runId: "r1" },
        { template: "b", runId: "r2" },
      ],
    });
    expect(metadataBuilds(JSON.parse(JSON.stringify(merged)))).toEqual(merged.builds);
  });

  it("refuses two answers for one build", () => {
    const part = (path: string, runId: string) =>
      metadata(path, { runId, template: "a", builds: [build("null.x", "succeeded")] });
    expect(() => mergeMetadata([part("1.json", "r1"), part("2.json", "r2")])).toThrow(
      "null.x of a: 1.json (run r1), 2.json (run r2)",
    );
  });

  it("reads nothing but metadata", () => {
    expect(metadataBuilds({ version: 1, builds: [{}] })).toBeUndefined();
    expect(metadataBuilds({ version: 2, builds: [] })).toBeUndefined();
  });
});
