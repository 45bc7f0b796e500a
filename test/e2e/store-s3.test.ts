import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { StoredBuild } from "../../src/core/store/record.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { startMoto, withMoto, type Moto } from "../helper/moto.ts";

/** The store in moto's S3: files in parts, machines at once, SIGKILL, and what a bucket can answer. */
const it = withMoto();
const STORE = "s3://images/ci";
const TEMPLATE = `
source "file" "big" {
  source = "in.raw"
  target = "out/big.raw"
}
build {
  sources = ["file.big"]
}`;
/** Three parts, and pieces of which the last is short. */
const CONTENT = randomBytes(40 * 1024 * 1024 + 17);
let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
  expect((await s3("PUT", "/images")).status).toBe(200);
}, 120_000);
afterAll(() => moto?.stop());

async function s3(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; text: string }> {
  const scope = "test/20260101/us-east-1/s3/aws4_request";
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${moto.endpoint}${path}`, { method, headers: { authorization }, body });
  return { status: response.status, text: await response.text() };
}

async function keys(): Promise<readonly string[]> {
  const { text } = await s3("GET", "/images?list-type=2");
  return [...text.matchAll(/<Key>([^<]+)/g)].map(([, key]) => key!);
}

/** No record names a file that is not there as a whole. */
async function expectWholeBuilds(): Promise<void> {
  const there = await keys();
  for (const key of there.filter((name) => name.startsWith("ci/builds/"))) {
    const { files } = JSON.parse((await s3("GET", `/images/${key}`)).text) as StoredBuild;
    for (const { sha256 } of files) expect(there).toContain(`ci/blobs/${sha256.slice(0, 2)}/${sha256}`);
  }
}

/** moto lets everybody do everything, until it is told to look at policies. */
async function enforcePermissions(isOn: boolean): Promise<void> {
  const answer = await fetch(`${moto.endpoint}/moto-api/reset-auth`, { method: "POST", body: isOn ? "0" : "Infinity" });
  expect(answer.status).toBe(200);
}

/** Keys of a user who may read what is in the bucket. */
async function readerKeys(): Promise<Readonly<Record<string, string>>> {
  const iam = async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const scope = "test/20260101/us-east-1/iam/aws4_request";
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const body = new URLSearchParams({ ...parameters, UserName: "reader", Version: "2010-05-08" });
    const response = await fetch(moto.endpoint, { method: "POST", headers: { authorization }, body });
    expect(response.status).toBe(200);
    return response.text();
  };
  const statement = { Effect: "Allow", Action: ["s3:GetObject", "s3:ListBucket"], Resource: "*" };
  const policy = { Version: "2012-10-17", Statement: [statement] };
  await iam({ Action: "CreateUser" });
  await iam({ Action: "PutUserPolicy", PolicyName: "read", PolicyDocument: JSON.stringify(policy) });
  const made = await iam({ Action: "CreateAccessKey" });
  const [, id = ""] = /<AccessKeyId>(.*?)</.exec(made) ?? [];
  const [, secret = ""] = /<SecretAccessKey>(.*?)</.exec(made) ?? [];
  return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
}

async function machine(content: Uint8Array = CONTENT, env: Readonly<Record<string, string>> = {}): Promise<Workplace> {
  const place = await createWorkplace({
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL_S3: moto.endpoint,
    IMGBUILD_STORE: STORE,
    ...env,
  });
  writeFileSync(join(place.directory, "t.pkr.hcl"), TEMPLATE);
  writeFileSync(join(place.directory, "in.raw"), content);
  return place;
}

const output = (place: Workplace): Buffer => readFileSync(join(place.directory, "out/big.raw"));

describe("a store in S3", () => {
  it("has whole builds only, whatever is killed, and gives them to other machines", { timeout: 300_000 }, async () => {
    const killed = await machine();
    const dying = killed.start("build", "-json", "t.pkr.hcl");
    await dying.until('"Storing out/big.raw"');
    dying.child.kill("SIGKILL");
    await dying.finished;
    await expectWholeBuilds();

    const [one, two] = [await machine(), await machine()];
    const both = await Promise.all([one, two].map((place) => place.run("build", "t.pkr.hcl")));
    for (const built of both) expect(built).toMatchObject({ code: 0 });
    expect(await keys()).toHaveLength(3);

    const other = await machine();
    const plan = await other.run("plan", "-changed-only", "-format=shell", "t.pkr.hcl");
    expect(plan).toMatchObject({ code: 0, stdout: "" });
    const taking = other.start("build", "-json", "-changed-only", "t.pkr.hcl");
    await taking.until('"Taking out/big.raw"');
    taking.child.kill("SIGKILL");
    await taking.finished;
    expect(await other.run("cleanup")).toMatchObject({ code: 0 });
    // It may have been quicker than the signal: then the file is whole.
    if (existsSync(join(other.directory, "out"))) expect(output(other).equals(CONTENT)).toBe(true);
    const taken = await other.run("build", "-changed-only", "t.pkr.hcl");
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.stdout).toContain("Already built, by run");
    expect(output(other).equals(CONTENT)).toBe(true);
  });

  it("builds again what is damaged or gone, and mends it", { timeout: 300_000 }, async () => {
    const small = Buffer.from("a small image");
    const builder = await machine(small);
    expect(await builder.run("build", "t.pkr.hcl")).toMatchObject({ code: 0 });
    const blob = (await keys()).find((key) => key.endsWith(sha256Of("in.raw", builder)))!;
    for (const spoil of [() => s3("PUT", `/images/${blob}`, "a small imagE"), () => s3("DELETE", `/images/${blob}`)]) {
      await spoil();
      const other = await machine(small);
      const built = await other.run("build", "-changed-only", "t.pkr.hcl");
      expect(built).toMatchObject({ code: 0 });
      expect(built.stdout + built.stderr).toContain("It is built again.");
      expect(output(other).equals(small)).toBe(true);
      expect((await s3("GET", `/images/${blob}`)).text).toBe("a small image");
    }
  });

  it("goes on with an upload that was broken off, and trusts none of its parts", { timeout: 120_000 }, async () => {
    const content = randomBytes(40 * 1024 * 1024 + 17);
    const place = await machine(content, { PACKER_LOG: "1", PACKER_LOG_PATH: "log.txt" });
    const digest = createHash("sha256").update(content).digest("hex");
    const key = `/images/ci/blobs/${digest.slice(0, 2)}/${digest}`;
    const begun = await s3("POST", `${key}?uploads`);
    const [, upload = ""] = /<UploadId>(.*?)</.exec(begun.text) ?? [];
    const part = 16 * 1024 * 1024;
    const wrong = Buffer.alloc(part, "x");
    for (const [number, bytes] of [content.subarray(0, part), wrong].entries()) {
      expect((await s3("PUT", `${key}?partNumber=${number + 1}&uploadId=${upload}`, bytes)).status).toBe(200);
    }
    expect(await place.run("build", "t.pkr.hcl")).toMatchObject({ code: 0 });
    const answers = readFileSync(join(place.directory, "log.txt"), "utf8");
    expect(answers.match(/UploadPart: done/g)).toHaveLength(2);
    expect((await s3("GET", "/images?uploads")).text).not.toContain("<Upload>");
    const other = await machine(content);
    expect(await other.run("build", "-changed-only", "t.pkr.hcl")).toMatchObject({ code: 0 });
    expect(output(other).equals(content)).toBe(true);
  });

  it("uses a bucket that may only be read for taking, and says so before the build", { timeout: 120_000 }, async () => {
    const builder = await machine(Buffer.from("for readers"));
    expect(await builder.run("build", "t.pkr.hcl")).toMatchObject({ code: 0 });
    const reader = await readerKeys();
    const [other, changed] = [
      await machine(Buffer.from("for readers"), reader),
      await machine(Buffer.from("x"), reader),
    ];
    const before = await keys();
    await enforcePermissions(true);
    try {
      const refused = await other.run("build", "t.pkr.hcl");
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.stdout + refused.stderr).toContain(`The store ${STORE} may only be read: `);
      expect(existsSync(join(other.directory, "out"))).toBe(false);
      const taken = await other.run("build", "-changed-only", "t.pkr.hcl");
      expect(taken, taken.stdout + taken.stderr).toMatchObject({ code: 0 });
      expect(taken.stdout).toContain("Already built, by run");
      const built = await changed.run("build", "-changed-only", "t.pkr.hcl");
      expect(built, built.stdout + built.stderr).toMatchObject({ code: 0 });
      expect(built.stdout + built.stderr).toContain("so what is built here is not put there: ");
    } finally {
      await enforcePermissions(false);
    }
    expect(await keys()).toEqual(before);
  });

  it("says before the build why a bucket cannot be used", { timeout: 120_000 }, async () => {
    const place = await machine();
    const refused = await place.run("build", "-store=s3://nobody/x", "t.pkr.hcl");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout + refused.stderr).toContain("The store s3://nobody/x cannot be used: ");
    expect(refused.stdout + refused.stderr).toContain("There is no bucket of that name. Make it first");
    expect(existsSync(join(place.directory, "out"))).toBe(false);
    const listed = await place.run("store", "ls", `${STORE}?region=us-east-1&endpoint=${moto.endpoint}`);
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout).toContain("file.big");
  });
});

function sha256Of(name: string, { directory }: Workplace): string {
  return createHash("sha256")
    .update(readFileSync(join(directory, name)))
    .digest("hex");
}
