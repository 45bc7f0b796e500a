import { describe, expect, it } from "vitest";
import type { S3 } from "../../../../src/plugins/amazon/aws/api.ts";
import { abortUploads } from "../../../../src/plugins/amazon/store/s3-sweep.ts";

const upload = (id: string, time: string) => ({ Key: `ci/blobs/${id}`, UploadId: id, Initiated: new Date(time) });

/** The members that ListMultipartUploads has by the API reference of S3; a page begins behind its markers. */
const PAGES: Readonly<Record<string, object>> = {
  "": {
    Uploads: [upload("one", "2026-01-01"), upload("going on", "2026-01-01"), upload("gone", "2026-01-01")],
    IsTruncated: true,
    NextKeyMarker: "ci/blobs/gone",
    NextUploadIdMarker: "gone",
  },
  gone: { IsTruncated: true, NextKeyMarker: "ci/blobs/two", NextUploadIdMarker: "two" },
  two: { Uploads: [upload("young", "2026-01-03"), upload("three", "2026-01-01")], IsTruncated: false },
};

describe("the uploads that died", () => {
  it("are aborted on all pages; young ones and those with a young part go on", async () => {
    const asked: unknown[] = [];
    const aborted: unknown[] = [];
    const answers: Readonly<Record<string, (input: Readonly<Record<string, string>>) => unknown>> = {
      ListMultipartUploads: ({ UploadIdMarker = "", KeyMarker, Prefix }) => {
        asked.push([Prefix, KeyMarker]);
        return PAGES[UploadIdMarker];
      },
      ListParts: ({ UploadId }) => {
        if (UploadId === "three") throw Object.assign(new Error("Access Denied"), { name: "AccessDenied" });
        const time = UploadId === "going on" ? "2026-01-02T01:00:00Z" : "2026-01-01T01:00:00Z";
        return { Parts: [{ PartNumber: 1, ETag: '"1"', Size: 1, LastModified: new Date(time) }], IsTruncated: false };
      },
      AbortMultipartUpload: ({ UploadId }) => {
        if (UploadId === "gone") throw new Error("NoSuchUpload");
        aborted.push(UploadId);
      },
    };
    const call = (operation: string, input: never) => Promise.resolve(input).then(answers[operation]);
    const before = Date.parse("2026-01-02");
    const { signal } = new AbortController();
    const bucket = { s3: { call } as unknown as S3, bucket: "images", name: "s3://images/ci" };
    await abortUploads(bucket, { prefix: "ci/blobs/", before, signal });
    expect(aborted).toEqual(["one", "three"]);
    expect(asked).toEqual([
      ["ci/blobs/", undefined],
      ["ci/blobs/", "ci/blobs/gone"],
      ["ci/blobs/", "ci/blobs/two"],
    ]);
  });
});
