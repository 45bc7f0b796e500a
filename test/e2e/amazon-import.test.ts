import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect } from "vitest";
import { AWS_CREDENTIALS } from "../helper/aws-template.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { type Call, type Ec2Proxy, type Fault } from "../helper/ec2-proxy.ts";
import { createWorkplace, type Started } from "../helper/imgbuild.ts";

/**
 * The upload goes to moto's S3, and copying, tagging and sharing to its EC2. moto imports no images: the answers to
 * ImportImage and DescribeImportImageTasks are made up here after the API reference, and not recorded from anything.
 */
const REGION = "us-east-1";
const BUCKET = "images";
const MIB = 1024 * 1024;
const ec2 = ec2ForTests({ regions: [REGION] });

beforeAll(async () => {
  expect((await s3("PUT", `/${BUCKET}`)).status).toBe(200);
});

async function s3(method: string, path: string): Promise<{ status: number; text: string }> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${ec2.moto.endpoint}${path}`, { method, headers: { authorization } });
  return { status: response.status, text: await response.text() };
}
const keys = async () => [...(await s3("GET", `/${BUCKET}`)).text.matchAll(/<Key>([^<]+)/g)].map(([, key]) => key!);
const openUploads = async () =>
  [...(await s3("GET", `/${BUCKET}?uploads`)).text.matchAll(/<UploadId>([^<]+)/g)].map(([, id]) => id!);
/** Whether something of the upload is there already. */
async function hasParts(): Promise<boolean> {
  const [id] = await openUploads();
  if (id === undefined) return false;
  return (await s3("GET", `/${BUCKET}/upload/disk.raw?uploadId=${id}`)).text.includes("<Part>");
}

const answer = (action: string, content: string): Fault => ({
  kind: "answer",
  xml: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`,
});

/** An import that takes three questions, and then has made `imageId`. */
function importing(imageId: string, last = "completed"): Ec2Proxy["fault"] {
  let questions = 0;
  let tags = "";
  return ({ action, parameters }: Call) => {
    if (action === "ImportImage") {
      const of = (name: string) => [...parameters].filter(([key]) => key.endsWith(name)).map(([, value]) => value);
      const values = of(".Value");
      tags = of(".Key")
        .map((key, index) => `<item><key>${key}</key><value>${values[index]}</value></item>`)
        .join("");
      return answer(action, "<importTaskId>import-ami-1</importTaskId><status>active</status>");
    }
    if (action === "CancelImportTask") return answer(action, "<importTaskId>import-ami-1</importTaskId>");
    if (action !== "DescribeImportImageTasks") return undefined;
    const status = ++questions < 3 ? "active" : last;
    const made = status === "completed" ? `<imageId>${imageId}</imageId>` : "";
    const message = status === "active" ? "converting" : status === "deleted" ? "ClientError: Unknown OS" : "";
    const task = `<importTaskId>import-ami-1</importTaskId><status>${status}</status><statusMessage>${message}</statusMessage><progress>${questions * 30}</progress>${made}<tagSet>${tags}</tagSet>`;
    return answer(action, `<importImageTaskSet><item>${task}</item></importImageTaskSet>`);
  };
}

async function start(
  bytes: number,
  args: Readonly<Record<string, unknown>>,
): Promise<Started & { cleanUp(): Promise<string> }> {
  const place = await createWorkplace({ ...AWS_CREDENTIALS, AWS_ENDPOINT_URL_S3: ec2.moto.endpoint });
  await mkdir(join(place.directory, "in"));
  const file = await open(join(place.directory, "in/disk.raw"), "w");
  await file.truncate(bytes);
  await file.close();
  const template = {
    builders: [{ type: "file", source: "in/disk.raw", target: "disk.raw" }],
    "post-processors": [
      {
        type: "amazon-import",
        region: REGION,
        custom_endpoint_ec2: ec2.proxy.endpoint,
        s3_bucket_name: BUCKET,
        s3_key_name: "upload/disk.raw",
        format: "raw",
        keep_input_artifact: true,
        ...args,
      },
    ],
  };
  await writeFile(join(place.directory, "t.json"), JSON.stringify(template));
  const cleanUp = async () => {
    const { code, stdout, stderr } = await place.run("cleanup");
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  return { ...place.start("build", "t.json"), cleanUp };
}

/** What the import is said to have made. */
async function importedImage(): Promise<string> {
  const made = await ec2.moto.ec2(REGION, "RegisterImage", { Name: `imported-${Date.now()}` });
  return /<imageId>(ami-[^<]+)/.exec(made)![1]!;
}

describe("amazon-import", () => {
  ec2.it(
    "uploads in parts, imports, names and encrypts by a copy, tags, shares, and leaves only the image",
    async () => {
      const imported = await importedImage();
      ec2.proxy.fault = importing(imported);
      const build = await start(40 * MIB, {
        ami_name: `named-${Date.now()}`,
        ami_description: "what it is",
        ami_encrypt: true,
        ami_kms_key: "alias/k",
        ami_users: ["123456789012"],
        license_type: "BYOL",
        role_name: "importer",
        boot_mode: "uefi",
        platform: "linux",
        s3_encryption: "AES256",
        tags: { Team: "x" },
      });
      const { code, stdout, stderr } = await build.finished;
      const said = (stdout + stderr).replaceAll(/\s+/g, " ");
      expect({ code, said }).toMatchObject({ code: 0 });
      const request = ec2.calls("ImportImage")[0]!.parameters;
      expect(Object.fromEntries(request)).toMatchObject({
        "DiskContainer.1.Format": "raw",
        "DiskContainer.1.UserBucket.S3Bucket": BUCKET,
        "DiskContainer.1.UserBucket.S3Key": "upload/disk.raw",
        Description: "what it is",
        LicenseType: "BYOL",
        RoleName: "importer",
        BootMode: "uefi",
        Platform: "Linux",
        Architecture: "x86_64",
      });
      expect(Object.fromEntries(ec2.calls("CopyImage")[0]!.parameters)).toMatchObject({
        SourceImageId: imported,
        Encrypted: "true",
        KmsKeyId: "alias/k",
      });
      const [, id] = /us-east-1: (ami-\w+)/.exec(said)!;
      const image = await ec2.moto.ec2(REGION, "DescribeImages", { "ImageId.1": id! });
      expect(image).toContain("<key>Team</key><value>x</value>");
      expect(image).toContain("<key>imgbuild:expires</key><value>never</value>");
      // The imported image was there before, and went with its task.
      expect((await ec2.added()).filter((one) => one.startsWith("ami-"))).toEqual([id]);
      expect(await ec2.moto.inventory(REGION)).not.toContain(imported);
      expect(await keys()).toEqual([]);
      expect(await openUploads()).toEqual([]);
      expect(await build.cleanUp()).toBe("Nothing is left behind.\n");
    },
  );

  ec2.it("keeps the uploaded file with skip_clean, and the imported image where it needs no other name", async () => {
    const imported = await importedImage();
    ec2.proxy.fault = importing(imported);
    const build = await start(MIB, { skip_clean: true });
    const { code, stdout } = await build.finished;
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`us-east-1: ${imported}`);
    expect(await keys()).toEqual(["upload/disk.raw"]);
    expect(await ec2.moto.inventory(REGION)).toContain(imported);
    await s3("DELETE", `/${BUCKET}/upload/disk.raw`);
  });

  ec2.it("says why an import failed, and removes the upload", async () => {
    ec2.proxy.fault = importing("", "deleted");
    const build = await start(MIB, {});
    const { code, stdout, stderr } = await build.finished;
    expect(code).toBe(1);
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(
      "The import import-ami-1 failed: ClientError: Unknown OS.",
    );
    expect(await keys()).toEqual([]);
  });

  ec2.it("asks again where ImportImage is refused for a moment (A-10)", async () => {
    const imported = await importedImage();
    const follow = importing(imported);
    let refusals = 2;
    ec2.proxy.fault = (call) => {
      if (call.action !== "ImportImage" || refusals-- <= 0) return follow(call);
      return {
        kind: "error",
        code: "InvalidParameterValue",
        message: "The given S3 object is not local to the region.",
      };
    };
    const build = await start(MIB, {});
    const { code, stdout, stderr } = await build.finished;
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
    expect(ec2.calls("ImportImage")).toHaveLength(3);
  });

  ec2.it("has no import task to look for where ImportImage is refused for good (A-10)", async () => {
    ec2.proxy.fault = ({ action }) =>
      action === "ImportImage" ? { kind: "error", code: "UnauthorizedOperation", status: 403 } : undefined;
    const build = await start(MIB, {});
    const { code, stdout, stderr } = await build.finished;
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 1 });
    expect(stdout + stderr).not.toContain("import task");
    expect(ec2.calls("DescribeImportImageTasks")).toEqual([]);
    expect(await keys()).toEqual([]);
  });

  ec2.it("finds a name that is taken before it uploads anything", async () => {
    await ec2.moto.ec2(REGION, "RegisterImage", { Name: "taken already" });
    const build = await start(MIB, { ami_name: "taken already" });
    const { code, stdout, stderr } = await build.finished;
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('The name "taken already" is taken in us-east-1 by ami-');
    expect(ec2.calls("ImportImage")).toEqual([]);
  });

  ec2.it("killed in the middle of the upload, cleanup removes the parts that were sent", async () => {
    const build = await start(512 * MIB, {});
    while (!(await hasParts())) {
      expect(build.child.exitCode, build.output()).toBeNull();
      await sleep(20);
    }
    build.child.kill("SIGKILL");
    await build.finished;
    expect(await openUploads()).toHaveLength(1);
    await build.cleanUp();
    expect(await openUploads()).toEqual([]);
    expect(await keys()).toEqual([]);
  });
});
