import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { AWS_CREDENTIALS } from "../helper/aws-template.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { startMoto, UBUNTU, withMoto, type Moto } from "../helper/moto.ts";

const withServer = withMoto();
let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto?.stop());

/** moto's JSON services. */
async function call(service: string, target: string, body: object): Promise<void> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const response = await fetch(moto.endpoint, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.status, await response.clone().text()).toBe(200);
}

const template = `
data "amazon-ami" "ubuntu" {
  region = "us-east-1"
  owners = ["${UBUNTU.owner}"]
  filters = {
    name = "ubuntu/images/*noble*"
  }
}
data "amazon-parameterstore" "p" {
  region = "us-east-1"
  name   = "/a/parameter"
}
data "amazon-secretsmanager" "s" {
  region = "us-east-1"
  name   = "database"
  key    = "password"
}
data "amazon-secretsmanager" "before" {
  region        = "us-east-1"
  name          = "database"
  key           = "password"
  version_stage = "AWSPREVIOUS"
}
data "amazon-secretsmanager" "first" {
  region     = "us-east-1"
  name       = "database"
  key        = "password"
  version_id = "11111111-1111-1111-1111-111111111111"
}
data "amazon-caller-identity" "me" {
  region = "us-east-1"
}
source "null" "n" {
  communicator = "none"
}
build {
  sources = ["null.n"]
  provisioner "shell-local" {
    inline = [
      "echo \${data.amazon-ami.ubuntu.id} \${data.amazon-parameterstore.p.value} \${data.amazon-caller-identity.me.account_id}",
      "test \${data.amazon-secretsmanager.before.value} = pl4nted-0ld && test \${data.amazon-secretsmanager.first.value} = pl4nted-0ld",
      "test \${data.amazon-secretsmanager.s.value} = pl4nted-s3cret && echo 'the secret is' \${data.amazon-secretsmanager.s.value}",
    ]
  }
}
`;

describe("the data sources of Amazon, against moto", () => {
  withServer("give what is there, and mask secrets", async () => {
    await call("ssm", "AmazonSSM.PutParameter", { Name: "/a/parameter", Value: "parameter-value", Type: "String" });
    const secret = JSON.stringify({ user: "admin", password: "pl4nted-s3cret" });
    await call("secretsmanager", "secretsmanager.CreateSecret", {
      Name: "database",
      SecretString: JSON.stringify({ user: "admin", password: "pl4nted-0ld" }),
      ClientRequestToken: "11111111-1111-1111-1111-111111111111",
    });
    await call("secretsmanager", "secretsmanager.PutSecretValue", { SecretId: "database", SecretString: secret });
    const place = await createWorkplace({ ...AWS_CREDENTIALS, AWS_ENDPOINT_URL: moto.endpoint });
    await writeFile(join(place.directory, "t.pkr.hcl"), template);
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`${UBUNTU.id} parameter-value 123456789012`);
    expect(stdout).toContain("the secret is <sensitive>");
    expect(stdout + stderr).not.toContain("pl4nted");
  });

  withServer("say what is missing", async () => {
    const place = await createWorkplace({ ...AWS_CREDENTIALS, AWS_ENDPOINT_URL: moto.endpoint });
    await writeFile(join(place.directory, "t.pkr.hcl"), template.replace("*noble*", "*hardy*"));
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect(code).toBe(1);
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(
      "No image in us-east-1 of owner 099720109477 matches name = ubuntu/images/*hardy*.",
    );
  });

  withServer("give a binary secret as the text it is, or in base64 (A-12)", async () => {
    const binary = { "pem-bytes": Buffer.from("-----BEGIN x-----\n"), "no-text": Buffer.from([0xff, 0xfe, 1]) };
    for (const [Name, bytes] of Object.entries(binary)) {
      const SecretBinary = bytes.toString("base64");
      await call("secretsmanager", "secretsmanager.CreateSecret", { Name, SecretBinary });
    }
    const place = await createWorkplace({ ...AWS_CREDENTIALS, AWS_ENDPOINT_URL: moto.endpoint });
    const data = Object.keys(binary).map(
      (name) => `data "amazon-secretsmanager" "${name}" {\n region = "us-east-1"\n name = "${name}"\n}\n`,
    );
    const check = `source "null" "n" {
  communicator = "none"
}
build {
  sources = ["null.n"]
  provisioner "shell-local" {
    inline = ["test '\${trimspace(data.amazon-secretsmanager.pem-bytes.secret_binary)}' = '-----BEGIN x-----'", "test \${data.amazon-secretsmanager.no-text.secret_binary} = //4B"]
  }
}
`;
    await writeFile(join(place.directory, "t.pkr.hcl"), data.join("") + check);
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
  });

  withServer("name a profile that is in neither of the shared files (A-14)", async () => {
    const place = await createWorkplace({ AWS_ENDPOINT_URL: moto.endpoint });
    const text = `data "amazon-caller-identity" "me" {\n region = "us-east-1"\n profile = "nope"\n}\n`;
    await writeFile(
      join(place.directory, "t.pkr.hcl"),
      text + 'source "null" "n" {}\nbuild {\n sources = ["null.n"]\n}\n',
    );
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect(code).toBe(1);
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain('profile "nope" is in neither of the shared files (');
  });
});
