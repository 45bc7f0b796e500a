import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { schema, skipsTlsVerify } from "../../../../src/plugins/vagrant/registry/options.ts";
import { postProcessor } from "../../../../src/plugins/vagrant/registry/vagrant-registry.ts";
import { fileArtifact } from "../../../../src/owned/file-artifact.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { impersonate } from "../../../helper/https-impostor.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";
import { CLIENT, startVagrantRegistry } from "../../../helper/vagrant-registry-server.ts";

const BYTES = Buffer.from("the box ".repeat(500));
const SHA256 = createHash("sha256").update(BYTES).digest("hex");
const SLOT = "/box/debian/version/1.0/provider/libvirt/architecture/arm64";

async function setUp(args: Record<string, unknown> = {}, force = false) {
  const registry = await startVagrantRegistry();
  const run = await createRecordingRun({ options: { force } });
  const path = join(run.directories.work, "debian.box");
  await writeFile(path, BYTES);
  const state = { provider: "libvirt", architecture: "arm64" };
  const input = fileArtifact("mitchellh.post-processor.vagrant", [path], "box", { id: "libvirt", state });
  const credentials = {
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    hcp_api_address: registry.url,
    hcp_auth_url: registry.url,
  };
  const config = configOf(schema, { box_tag: "me/debian", version: "1.0", ...credentials, ...args });
  return { registry, run, config, publish: () => postProcessor.process(run, config, input) };
}

describe("publishing a box", () => {
  it("makes what is missing, uploads straight to the store, completes, and releases last", async () => {
    const { registry, publish, run } = await setUp({ default_architecture: "arm64", version_description: "first" });
    const { artifact } = await publish();
    expect(artifact!.id).toBe("me/debian:1.0:libvirt");
    expect(registry.uploads.get(SLOT)?.equals(BYTES)).toBe(true);
    expect(registry.things.get(SLOT)).toMatchObject({
      default: true,
      box_data: { checksum: SHA256, checksum_type: "SHA256" },
    });
    expect(registry.things.get("/box/debian/version/1.0")).toMatchObject({ state: "ACTIVE", description: "first" });
    expect(registry.requests.filter((line) => line.includes("/direct/complete/object-1"))).toHaveLength(1);
    expect(registry.requests.at(-1)).toBe("PUT /box/debian/version/1.0/release");
    expect(run.secrets).toContain(CLIENT.secret);
  });

  it("is finished by the next run when one failed half way", async () => {
    const { registry, publish } = await setUp();
    registry.answerNext(/complete/, 400);
    await expect(publish()).rejects.toThrow("refused to complete the upload");
    await publish();
    expect(registry.uploads.get(SLOT)?.equals(BYTES)).toBe(true);
    expect(registry.things.get("/box/debian/version/1.0")).toMatchObject({ state: "ACTIVE" });
  });

  it("survives throttling and a failing service", async () => {
    const { registry, publish } = await setUp();
    registry.answerNext(/POST \/boxes/, 429);
    registry.answerNext(/PUT \/direct-upload/, 503);
    await publish();
    expect(registry.uploads.get(SLOT)?.equals(BYTES)).toBe(true);
  });

  it("leaves a version that is released already as it is", async () => {
    const { registry, publish, run } = await setUp();
    await publish();
    await publish();
    expect(registry.requests.filter((line) => line.endsWith("/release"))).toHaveLength(1);
    expect(run.warnings()).toEqual([]);
  });

  it("is content when another build has released the version in the meantime", async () => {
    const { registry, publish } = await setUp();
    await publish();
    const unreleased = { version: { name: "1.0", state: "UNRELEASED" } };
    registry.answerNext(/GET .*\/version\/1\.0$/, 200, unreleased);
    registry.answerNext(/GET .*\/version\/1\.0$/, 200, unreleased);
    await publish();
    expect(registry.requests.filter((line) => line.endsWith("/release"))).toHaveLength(2);
  });

  it("does not release a version that was revoked, and says so", async () => {
    const { registry, publish, run } = await setUp();
    await publish();
    registry.things.get("/box/debian/version/1.0")!["state"] = "REVOKED";
    await publish();
    expect(registry.things.get("/box/debian/version/1.0")).toMatchObject({ state: "REVOKED" });
    expect(run.warnings()).toEqual(["Version 1.0 of me/debian has been revoked, and is not released again"]);
  });

  it("asks again while the box is not yet made", async () => {
    const { registry, publish } = await setUp();
    registry.answerNext(/\/wait$/, 200, { operation: { id: "op-1", state: "RUNNING" } });
    await publish();
    const [first, second, third] = registry.requests.filter((line) => /wait$|versions$/.test(line));
    expect([first, second, third]).toEqual([
      expect.stringMatching(/wait$/),
      expect.stringMatching(/wait$/),
      "POST /box/debian/versions",
    ]);
  });

  it("says why the box could not be made", async () => {
    const { registry, publish } = await setUp();
    const error = { code: 8, message: "too many boxes", details: [] };
    registry.answerNext(/\/wait$/, 200, { operation: { id: "op-1", state: "DONE", error } });
    await expect(publish()).rejects.toThrow("The Vagrant registry could not make the box debian: too many boxes");
    expect(registry.requests.some((line) => line.startsWith("POST /box/debian/versions"))).toBe(false);
  });

  it("gives a box that is made its whole description", async () => {
    const { registry, publish } = await setUp({ box_description: "Debian. ".repeat(20), box_private: true });
    await publish();
    expect(registry.things.get("/box/debian")).toEqual({
      name: "debian",
      description: "Debian. ".repeat(20),
      is_private: true,
    });
  });

  it("does not replace another box without -force", async () => {
    const { registry, publish } = await setUp();
    await publish();
    registry.things.get(SLOT)!["box_data"] = { checksum: "00" };
    await expect(publish()).rejects.toMatchObject({ hint: expect.stringContaining("-force") });
  });

  it("records a download address and the checksum given, without an upload", async () => {
    const { registry, publish } = await setUp({
      box_download_url: "https://example.org/{{.Architecture}}.box",
      box_checksum: "sha1:abcd",
      no_release: true,
    });
    await publish();
    expect(registry.things.get(SLOT)).toMatchObject({
      box_data: { download_url: "https://example.org/arm64.box", checksum_type: "SHA1", checksum: "abcd" },
    });
    expect(registry.uploads.size).toBe(0);
    expect(registry.things.get("/box/debian/version/1.0")).toMatchObject({ state: "UNRELEASED" });
  });
});

it("tells wrong credentials before the build and never shows them", async () => {
  const { run, config } = await setUp({ client_secret: "wrong-secret-1" });
  const [sentence] = await postProcessor.preflight!(run, config);
  expect(sentence).toContain("HCP did not accept the client credentials: HTTP 401: invalid_client");
  expect(sentence).not.toContain("wrong-secret-1");
});

it("never sends the secret to the default identity provider without looking at the certificate", async () => {
  const registry = await startVagrantRegistry();
  const { env, ended } = await impersonate({ "auth.idp.hashicorp.com": registry.url });
  const run = await createRecordingRun({ env });
  const credentials = { client_id: CLIENT.id, client_secret: CLIENT.secret };
  const elsewhere = { insecure_skip_tls_verify: true, hcp_api_address: "https://hcp.example.org" };
  const args = { box_tag: "me/debian", version: "1.0", ...elsewhere, ...credentials };
  const failed = expect(postProcessor.preflight!(run, configOf(schema, args))).resolves.toHaveLength(1);
  // The other tries would only take time.
  await vi.waitUntil(() => ended.length > 0);
  run.cancel(new Error("enough"));
  await failed;
  expect(registry.requests).toEqual([]);
});

it.each([
  ["https://api.cloud.hashicorp.com", false],
  ["api.cloud.hashicorp.com:443", false],
  ["https://auth.idp.hashicorp.com/", false],
  ["https://hcp.example.org", true],
])("insecure_skip_tls_verify at %s: %j", (address, isUnchecked) => {
  expect(skipsTlsVerify({ insecure_skip_tls_verify: true }, address)).toBe(isUnchecked);
  expect(skipsTlsVerify({ insecure_skip_tls_verify: false }, address)).toBe(false);
});

it.each([
  [{ box_tag: "debian" }, ["invalid-argument"]],
  [{ box_checksum: "crc32:00" }, ["invalid-argument"]],
  [{ client_id: "x" }, ["missing-argument"]],
  [{ hcp_auth_url: "auth.example.org" }, ["invalid-argument"]],
  [{ insecure_skip_tls_verify: true }, ["conflicting-arguments"]],
])("%j is refused", (args, codes) => {
  expect(issuesOf(schema, { box_tag: "a/b", version: "1", ...args }).map(({ code }) => code)).toEqual(codes);
});
