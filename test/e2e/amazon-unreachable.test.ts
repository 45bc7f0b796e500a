import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AWS_CREDENTIALS } from "../helper/aws-template.ts";
import { createWorkplace } from "../helper/imgbuild.ts";

/** A port that takes connections into its queue until that is full, and then answers nothing: as behind a firewall. */
async function silentPort(): Promise<number> {
  const listen = `const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const server = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  const [said] = (await once(server.stdout, "data")) as [Buffer];
  const port = Number(said);
  for (let waiting = 0; waiting < 4; waiting++) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
  }
  return port;
}

describe("an endpoint that cannot be reached", () => {
  it.each([
    [
      "refuses",
      () => Promise.resolve(1),
      /cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:1\); it is tried again in/,
    ],
    [
      "does not answer",
      silentPort,
      /cannot be reached \(.* within the configured timeout of 5000 ms\.\); it is tried again in/,
    ],
  ])("that %s is said at the first try, and in the debug log", async (_, port, said) => {
    const place = await createWorkplace({ ...AWS_CREDENTIALS, IMGBUILD_LOG: "1", IMGBUILD_LOG_PATH: "debug.log" });
    const endpoint = `http://127.0.0.1:${await port()}`;
    const template = {
      type: "amazon-ebs",
      region: "us-east-1",
      custom_endpoint_ec2: endpoint,
      source_ami: "ami-12345678",
      instance_type: "t2.micro",
      communicator: "none",
      ami_name: "unreachable",
    };
    await writeFile(join(place.directory, "t.json"), JSON.stringify({ builders: [template] }));
    const build = place.start("build", "t.json");
    await build.until("it is tried again");
    expect(build.output()).toMatch(said);
    build.child.kill("SIGINT");
    expect((await build.finished).code).toBe(130);
    expect(build.output().match(/cannot be reached/g)).toHaveLength(1);
    const log = await readFile(join(place.directory, "debug.log"), "utf8");
    expect(log).toMatch(/\[amazon-ebs\] amazon: \w+: (ECONNREFUSED|TimeoutError)\n/);
    expect(log).toMatch(new RegExp(`request: POST ${endpoint}/: .*\\{"durationMs":\\d+\\}`));
  });
});
