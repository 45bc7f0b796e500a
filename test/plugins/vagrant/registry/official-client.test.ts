import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schema } from "../../../../src/plugins/vagrant/registry/options.ts";
import { postProcessor } from "../../../../src/plugins/vagrant/registry/vagrant-registry.ts";
import { fileArtifact } from "../../../../src/owned/file-artifact.ts";
import { configOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";
import { CLIENT, startVagrantRegistry, type RecordedCall } from "../../../helper/vagrant-registry-server.ts";

/** Our requests and our stand-in's answers, held against HashiCorp's own client: `fixture/vagrant-registry/README.md`. */
interface OfficialRequest {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly form?: Readonly<Record<string, string>>;
}

const official = fixture<readonly OfficialRequest[]>("requests.json");
const { answers, enums } = fixture<{
  readonly answers: Readonly<Record<string, unknown>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}>("answers.json");

function fixture<Content>(name: string): Content {
  return JSON.parse(
    readFileSync(new URL(`../../../fixture/vagrant-registry/${name}`, import.meta.url), "utf8"),
  ) as Content;
}

describe("our requests", () => {
  it("are those of the official client, and use each of its operations", async () => {
    const calls = (await publishTwice()).filter(({ url }) => !/^\/(direct-)?upload\//.test(url));
    const used = calls.map((call) => {
      const twin = official.findLast(({ method, url }) => method === call.method && place(url) === place(call.url));
      expect(twin, `${call.method} ${call.url}`).toBeDefined();
      for (const name of ["authorization", "accept", "content-type", "content-length"]) {
        if (twin!.headers[name] !== undefined)
          expect(call.headers[name], `${name} of ${call.url}`).toBe(twin!.headers[name]);
      }
      if (twin!.form) expect(Object.fromEntries(new URLSearchParams(call.body))).toEqual(twin!.form);
      else expect(strangers(call.body === "" ? {} : JSON.parse(call.body), twin!.body ?? {})).toEqual([]);
      return twin!.operation;
    });
    expect(new Set(used)).toEqual(new Set(official.map(({ operation }) => operation)));
  });

  it("name the checksum's type as the service does", async () => {
    const types = (await publishTwice({ box_checksum: "sha384:ab" }))
      .filter(({ url, body }) => /\/architecture/.test(url) && body !== "")
      .map(({ body }) => (JSON.parse(body) as { box_data: { checksum_type: string } }).box_data.checksum_type);
    expect(types).toEqual(["SHA384", "SHA384"]);
    for (const type of types) expect(enums["ChecksumType"]).toContain(type);
  });
});

describe("the stand-in", () => {
  it("takes the official client's requests, and its answers have no other fields than that client reads", async () => {
    const registry = await startVagrantRegistry();
    for (const { operation, method, url, headers, body, form } of official) {
      const sent = form ? new URLSearchParams(form).toString() : body && JSON.stringify(body);
      const { "content-length": _, ...rest } = headers;
      const answer = await fetch(registry.url + url, { method, headers: rest, ...(sent ? { body: sent } : {}) });
      expect(answer.status, operation).toBe(200);
      const got = (await answer.json()) as Record<string, unknown>;
      if (answers[operation]) expect(strangers(got, answers[operation]), operation).toEqual([]);
      expect(strangers(expectedIn(operation), got), operation).toEqual([]);
      if (operation === "DirectUploadBox") await fetch(String(got["url"]), { method: "PUT", body: "the box" });
    }
    expect(enums["VersionState"]).toContain(registry.things.get("/box/debian/version/1.0+b1")!["state"]);
  });

  it("refuses as the service's gateway does", async () => {
    const registry = await startVagrantRegistry();
    const { headers } = official.find(({ operation }) => operation === "ReadBox")!;
    const path = official.find(({ operation }) => operation === "ReadBox")!.url;
    for (const method of ["GET", "DELETE"]) {
      const answer = (await (await fetch(registry.url + path, { method, headers })).json()) as object;
      expect(strangers(answer, { ...(answers["refusal"] as object), details: [] })).toEqual([]);
    }
  });
});

/** Makes all that is missing with a direct upload, then replaces the box through the service. */
async function publishTwice(args: Record<string, unknown> = {}): Promise<readonly RecordedCall[]> {
  const registry = await startVagrantRegistry();
  const run = await createRecordingRun({ options: { force: true } });
  const path = join(run.directories.work, "debian.box");
  const credentials = { client_id: CLIENT.id, client_secret: CLIENT.secret };
  const addresses = { hcp_api_address: registry.url, hcp_auth_url: registry.url };
  for (const no_direct_upload of [false, true]) {
    await writeFile(path, `the box, direct: ${!no_direct_upload}`);
    const state = { provider: "libvirt", architecture: "arm64" };
    const box = fileArtifact("mitchellh.post-processor.vagrant", [path], "box", { id: "libvirt", state });
    const published = { box_tag: "me/debian", version: "1.0+b1", box_description: "x", no_direct_upload };
    const config = configOf(schema, { ...published, ...credentials, ...addresses, ...args });
    await postProcessor.process(run, config, box);
    // So that the second run has a box to replace, whatever checksum was given.
    for (const thing of registry.things.values()) if (thing["box_data"]) thing["box_data"] = { checksum: "00" };
  }
  return registry.calls;
}

/** A path by its segments: which characters are escaped in it is each client's own choice. */
function place(url: string): string {
  return JSON.stringify(url.split("/").map(decodeURIComponent));
}

/** Paths of what the first value has and the second lacks, or has with another type. The client's nulls say nothing. */
function strangers(value: unknown, known: unknown, path = ""): string[] {
  if (value === null) return [];
  if (typeof value !== typeof known || Array.isArray(value) !== Array.isArray(known)) return [path];
  if (typeof value !== "object" || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    strangers(part, (known as Record<string, unknown> | null)?.[name], `${path}.${name}`),
  );
}

/** What our code, or the next request of a client, cannot do without. */
function expectedIn(operation: string): unknown {
  const text = "";
  const needed: Record<string, unknown> = {
    Token: { access_token: text, token_type: text, expires_in: 0 },
    CreateBox: { box: { name: text }, operation: { id: text, location: { organization_id: text, project_id: text } } },
    Wait: { operation: { id: text, state: text } },
    ReadVersion: { version: { name: text, state: text } },
    ReadArchitecture: { architecture: { architecture_type: text, box_data: { checksum: text } } },
    UploadBox: { url: text },
    DirectUploadBox: { url: text, object: text, callback: text },
  };
  return needed[operation] ?? {};
}
