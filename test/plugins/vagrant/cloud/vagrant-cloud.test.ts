import { writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { schema } from "../../../../src/plugins/vagrant/cloud/options.ts";
import { postProcessor } from "../../../../src/plugins/vagrant/cloud/vagrant-cloud.ts";
import { fileArtifact } from "../../../../src/owned/file-artifact.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";
import { startVagrantCloud, TOKEN } from "../../../helper/vagrant-cloud-server.ts";

const BYTES = Buffer.from("the box ".repeat(1000));
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

async function setUp(
  args: Record<string, unknown> = {},
  options: { force?: boolean; env?: Record<string, string> } = {},
) {
  const cloud = await startVagrantCloud();
  const box = cloud.addBox("me/debian");
  const run = await createRecordingRun({ options: { force: options.force ?? false }, env: options.env ?? {} });
  const path = join(run.directories.work, "debian.box");
  await writeFile(path, BYTES);
  const state = { provider: "virtualbox", architecture: "amd64" };
  const input = fileArtifact("mitchellh.post-processor.vagrant", [path], "box", { id: "virtualbox", state });
  const config = configOf(schema, {
    box_tag: "me/debian",
    version: "1.0",
    access_token: TOKEN,
    vagrant_cloud_url: cloud.apiUrl,
    ...args,
  });
  const publish = () => postProcessor.process(run, config, input);
  const provider = () => box.versions.get("1.0")?.providers.get("virtualbox/amd64");
  return { cloud, box, run, config, publish, provider };
}

describe("publishing a box", () => {
  it("makes the version and the provider, uploads, and releases last", async () => {
    const { cloud, box, publish, provider } = await setUp();
    const { artifact, keepInput } = await publish();
    expect(keepInput).toBe(true);
    expect(artifact).toMatchObject({
      id: "me/debian:1.0:virtualbox",
      builderId: "pearkes.post-processor.vagrant-cloud",
    });
    expect(box.versions.get("1.0")?.status).toBe("active");
    expect(provider()).toMatchObject({ checksum: SHA256, checksum_type: "sha256", data: BYTES });
    expect(cloud.requests.at(-1)).toBe("PUT /box/me/debian/version/1.0/release");
  });

  it("leaves the version unreleased with no_release", async () => {
    const { box, publish } = await setUp({ no_release: true });
    await publish();
    expect(box.versions.get("1.0")?.status).toBe("unreleased");
  });

  it("uploads nothing with box_download_url, and states the checksum it was given", async () => {
    const { publish, provider } = await setUp({
      box_download_url: "https://example.org/{{.Provider}}-{{.Architecture}}.box",
      box_checksum: "sha512:abcd",
    });
    await publish();
    expect(provider()).toMatchObject({
      url: "https://example.org/virtualbox-amd64.box",
      checksum_type: "sha512",
      checksum: "abcd",
      data: undefined,
    });
  });

  it("goes through the service with no_direct_upload", async () => {
    const { cloud, publish, provider } = await setUp({ no_direct_upload: true });
    await publish();
    expect(provider()?.data?.equals(BYTES)).toBe(true);
    expect(cloud.requests.filter((line) => line.includes("direct"))).toEqual([]);
  });

  it("is done at once when this very box is there already", async () => {
    const { cloud, publish } = await setUp();
    await publish();
    const before = cloud.requests.length;
    await publish();
    expect(cloud.requests.slice(before).filter((line) => line.includes("upload"))).toEqual([]);
  });

  it("refuses to replace another box without -force, and replaces it with it", async () => {
    const refused = await setUp();
    await refused.publish();
    refused.provider()!.checksum = "00";
    await expect(refused.publish()).rejects.toMatchObject({ hint: expect.stringContaining("-force") });

    const forced = await setUp({}, { force: true });
    await forced.publish();
    forced.provider()!.checksum = "00";
    await forced.publish();
    expect(forced.provider()).toMatchObject({ checksum: SHA256 });
  });
});

describe("faults of the service", () => {
  it.each([
    ["is throttled", { match: /POST .*versions$/, times: 2, status: 429, headers: { "retry-after": "0" } }],
    ["fails for a moment", { match: /POST .*providers$/, times: 2, status: 503 }],
    ["drops the connection", { match: /GET \/box\/me\/debian$/, times: 1, abort: "before" }],
    ["loses the answer to a create that went through", { match: /POST .*versions$/, times: 1, abort: "after" }],
    ["refuses an expired upload address", { match: /^PUT \/upload/, times: 1, status: 403 }],
    ["fails during the upload", { match: /^PUT \/upload/, times: 1, status: 500 }],
    ["throttles the upload", { match: /^PUT \/upload/, times: 1, status: 429 }],
    ["sends the upload elsewhere", { match: /^PUT \/upload/, times: 1, status: 307, headers: { location: "?again" } }],
    ["cuts the upload", { match: /^PUT \/upload/, times: 1, abort: "before" }],
  ] as const)("when it %s, the box is published all the same", async (_, fault) => {
    const { cloud, publish, provider } = await setUp();
    cloud.fail(fault);
    await publish();
    expect(provider()?.data?.equals(BYTES)).toBe(true);
  });

  it("tells a wrong token from anything else, at once, and never shows it", async () => {
    const { cloud, publish } = await setUp({ access_token: "wrong-token-42" });
    const refused = await publish().catch((error: Error & { hint?: string }) => error);
    expect(refused).toMatchObject({
      message: expect.stringContaining("401: Invalid or missing token"),
      hint: expect.stringContaining("VAGRANT_CLOUD_TOKEN"),
    });
    expect(JSON.stringify(refused)).not.toContain("wrong-token-42");
    expect(cloud.requests).toHaveLength(1);
  });

  it("says where the service has moved, and does not send the token there", async () => {
    const { cloud, publish } = await setUp();
    const headers = { location: "http://127.0.0.1:1/elsewhere" };
    cloud.fail({ match: /GET \/box\/me\/debian$/, times: 9, status: 301, headers });
    await expect(publish()).rejects.toThrow("moved to http://127.0.0.1:1/elsewhere");
  });

  it("gives up a redirect that goes round in a circle", async () => {
    const { cloud, publish } = await setUp();
    cloud.fail({ match: /^PUT \/upload/, times: 99, status: 308, headers: { location: "?again" } });
    await expect(publish()).rejects.toThrow("redirects more than 10 times");
  });

  it("says that the box has to exist", async () => {
    const { publish } = await setUp({ box_tag: "me/other" });
    await expect(publish()).rejects.toMatchObject({ hint: expect.stringContaining("Check box_tag") });
  });

  it("does not retry a 422 and shows the server's words", async () => {
    const { cloud, publish } = await setUp();
    cloud.fail({
      match: /POST .*versions$/,
      times: 9,
      status: 422,
      body: { errors: ["Version is not a valid version"] },
    });
    await expect(publish()).rejects.toThrow(
      "Vagrant Cloud refused to create version 1.0: HTTP 422: Version is not a valid version",
    );
    expect(cloud.requests.filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  it("after a failed release removes what this run made, and only that", async () => {
    const { cloud, box, run, publish } = await setUp();
    box.versions.set("0.9", { version: "0.9", description: "", status: "active", providers: new Map() });
    cloud.fail({ match: /release$/, times: 9, status: 422, body: { errors: ["no"] } });
    await expect(publish()).rejects.toThrow("refused to release");
    await run.finish("failed");
    expect([...box.versions.keys()]).toEqual(["0.9"]);
  });

  it("after a failure keeps a version that was there before and the provider in it", async () => {
    const { cloud, box, run, publish } = await setUp();
    const old = { name: "virtualbox", architecture: "amd64", checksum: "", checksum_type: "", data: undefined };
    box.versions.set("1.0", {
      version: "1.0",
      description: "",
      status: "active",
      providers: new Map([["virtualbox/amd64", old]]),
    });
    cloud.fail({ match: /upload/, times: 99, status: 404 });
    await expect(publish()).rejects.toThrow();
    await run.finish("failed");
    expect([...box.versions.get("1.0")!.providers.keys()]).toEqual(["virtualbox/amd64"]);
  });
});

it("takes nothing back once the box is out, whatever fails afterwards", async () => {
  const { run, publish, provider } = await setUp();
  await publish();
  await run.finish("failed");
  expect(provider()?.data?.equals(BYTES)).toBe(true);
});

describe("a box that does not say its architecture", () => {
  it.each([
    ["beside one of arm64, even with -force", ["arm64"], ["arm64", "unknown"]],
    ["beside none", [], ["unknown"]],
    ["in the place of one that does not say it either", ["unknown"], ["unknown"]],
    ["of several only in the place of that one", ["amd64", "unknown"], ["amd64", "unknown"]],
  ])("is published %s (A-15)", async (_, there, after) => {
    const { box, run, config } = await setUp({}, { force: true });
    const path = join(run.directories.work, "old.box");
    const archive = pack();
    archive.entry({ name: "metadata.json" }, '{"provider": "virtualbox"}');
    archive.finalize();
    const bytes = await buffer(archive);
    await writeFile(path, bytes);
    const others = there.map((architecture) => {
      const provider = { name: "virtualbox", architecture, checksum: "ab", checksum_type: "md5", data: undefined };
      return [`virtualbox/${architecture}`, provider] as const;
    });
    box.versions.set("1.0", { version: "1.0", description: "", status: "active", providers: new Map(others) });
    await postProcessor.process(run, config, fileArtifact("artifice", [path], "box"));
    const published = [...box.versions.get("1.0")!.providers.values()];
    expect(published.map(({ architecture }) => architecture)).toEqual(after);
    const holding = published.filter(({ data }) => data?.equals(bytes) === true);
    expect(holding.map(({ architecture }) => architecture)).toEqual(["unknown"]);
  });
});

describe("its arguments", () => {
  it.each([
    [{ box_tag: "debian" }, ["invalid-argument"]],
    [{ box_checksum: "abc" }, ["invalid-argument"]],
    [{ keep_draft: true }, ["unknown-argument"]],
  ])("%j is refused", (args, codes) => {
    const issues = issuesOf(schema, { box_tag: "a/b", version: "1", ...args });
    expect(issues.map(({ code }) => code)).toEqual(codes);
  });
});

it("takes the token from the environment", async () => {
  const { publish, provider, run } = await setUp({ access_token: "" }, { env: { VAGRANT_CLOUD_TOKEN: TOKEN } });
  await publish();
  expect(provider()).toBeDefined();
  expect(run.secrets).toContain(TOKEN);
});

it("checks token and box before the build, as sentences", async () => {
  const { run, config } = await setUp();
  expect(await postProcessor.preflight!(run, config)).toEqual([]);
  const other = await setUp({ box_tag: "me/none" });
  expect(await postProcessor.preflight!(other.run, other.config)).toEqual([
    expect.stringContaining("find the box me/none"),
  ]);
});
