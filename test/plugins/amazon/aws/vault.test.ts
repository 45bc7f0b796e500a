import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { vaultCredentials } from "../../../../src/plugins/amazon/aws/vault.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

interface Asked {
  readonly path: string;
  readonly token: string;
  readonly body: string;
}

/** Vault's HTTP API as its documentation has it: nothing here is recorded from a Vault. */
async function vault(status: number, answer: object): Promise<{ address: string; asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push({ path: `${request.method} ${request.url}`, token: String(request.headers["x-vault-token"]), body });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: `http://127.0.0.1:${(server.address() as { port: number }).port}`, asked };
}

const keys = { access_key: "AKIA", secret_key: "hush-secret", security_token: null };

describe("vaultCredentials", () => {
  it("reads the keys of a role, and masks them", async () => {
    const { address, asked } = await vault(200, { lease_duration: 3600, data: keys });
    const run = await createRecordingRun({ env: { VAULT_ADDR: address, VAULT_TOKEN: "t" } });
    const found = await vaultCredentials(run, { name: "builder", engine_name: "aws" })();
    expect(found).toMatchObject({ accessKeyId: "AKIA", secretAccessKey: "hush-secret" });
    expect(found.expiration!.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    expect(asked).toEqual([{ path: "GET /v1/aws/creds/builder", token: "t", body: "" }]);
    expect(run.secrets).toContain("hush-secret");
  });

  it("asks for a session where a lifetime or a role is given", async () => {
    const { address, asked } = await vault(200, { data: { ...keys, security_token: "session" } });
    const run = await createRecordingRun({ env: { VAULT_ADDR: address, VAULT_TOKEN: "t" } });
    const engine = { name: "builder", engine_name: "cloud", ttl: "1h", role_arn: "arn:r" };
    expect(await vaultCredentials(run, engine)()).toMatchObject({ sessionToken: "session" });
    expect(asked[0]!.path).toBe("PUT /v1/cloud/sts/builder");
    expect(JSON.parse(asked[0]!.body)).toEqual({ ttl: "1h", role_arn: "arn:r" });
  });

  it("says what Vault says, and what it needs", async () => {
    const { address } = await vault(403, { errors: ["permission denied"] });
    const engine = { name: "builder", engine_name: "aws" };
    const run = await createRecordingRun({ env: { VAULT_ADDR: address, VAULT_TOKEN: "t" } });
    await expect(vaultCredentials(run, engine)()).rejects.toThrow(
      "Vault gave no AWS credentials at /v1/aws/creds/builder: permission denied.",
    );
    const bare = await createRecordingRun({ env: {} });
    await expect(vaultCredentials(bare, engine)()).rejects.toMatchObject({ hint: "Set VAULT_ADDR and VAULT_TOKEN." });
  });
});
