import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { provisioner } from "../../../../../src/plugins/packer/provisioners/wait-for/wait-for.ts";
import { cloudInitProbe } from "../../../../../src/plugins/packer/provisioners/wait-for/probe.ts";
import { connectTo } from "../../../../helper/guest-connection.ts";
import { issuesOf } from "../../../../helper/decode-config.ts";
import { needs } from "../../../../helper/need.ts";
import { provisionWith } from "../../../../helper/provision.ts";
import { createRecordingRun } from "../../../../helper/recording-run.ts";
import { freePort } from "../../../../helper/free-port.ts";
import { createSshd } from "../../../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

async function guest() {
  const run = await createRecordingRun();
  const server = await createSshd();
  const communicator = await connectTo(run, server);
  return {
    run,
    server,
    waitFor: (args: Record<string, unknown>) => provisionWith(provisioner, args, run, communicator),
  };
}

describe("the wait-for provisioner", () => {
  it("waits for a command to succeed", async () => {
    const { server, run, waitFor } = await guest();
    const file = join(server.directory, "ready");
    setTimeout(() => void writeFile(file, ""), 700);
    await waitFor({ command: `test -e ${file}`, interval: "100ms" });
    expect(run.said().at(-1)).toMatch(/^The command succeeded after/);
  });

  it("waits for a port", async () => {
    const { waitFor } = await guest();
    const port = await freePort();
    const server = createServer();
    onTestFinished(() => void server.close());
    setTimeout(() => server.listen(port, "127.0.0.1"), 500);
    await waitFor({ port, interval: "100ms" });
    await expect(waitFor({ port: await freePort(), timeout: "500ms" })).rejects.toThrow(
      /^Gave up waiting for port \d+/,
    );
  });

  it("finds a machine without cloud-init ready at once (SSH-08)", async () => {
    const { run, waitFor } = await guest();
    await waitFor({ cloud_init: true });
    expect(run.said().at(-1)).toMatch(/^cloud-init has finished/);
  });

  it("gives up at its timeout with what was said last", async () => {
    const { waitFor } = await guest();
    await expect(waitFor({ command: "echo not yet; false", timeout: "1s" })).rejects.toThrow(
      'Gave up waiting for the command "echo not yet; false" to succeed after 1 second (exit status 1: not yet)',
    );
  });

  it("warns about errors cloud-init reports", () => {
    expect(cloudInitProbe.warning?.('{"v1":{"errors":["no network"]}}')).toBe(
      "cloud-init finished with errors: no network",
    );
    expect(cloudInitProbe.warning?.('{"v1":{"errors":[]}}')).toBeUndefined();
  });

  it("waits for exactly one thing", () => {
    expect(issuesOf(provisioner.schema, {}).map((issue) => issue.code)).toEqual(["missing-argument"]);
    expect(issuesOf(provisioner.schema, { port: 1, command: "x" }).map((issue) => issue.code)).toEqual([
      "conflicting-arguments",
    ]);
  });
});
