import { describe, expect } from "vitest";
import { startOnAmazon } from "../helper/amazon-build.ts";
import { letKeyIn } from "../helper/aws-template.ts";
import { createEc2Proxy } from "../helper/ec2-proxy.ts";
import { startMoto, withMoto } from "../helper/moto.ts";
import { createSshd } from "../helper/sshd.ts";

const withServer = withMoto();

describe("AWS-09: a machine that is taken away while it is provisioned", () => {
  withServer(
    "is said to be, and not only that the connection broke; a spot machine as a spot interruption",
    async () => {
      const moto = await startMoto();
      const proxy = await createEc2Proxy(moto.endpoint);
      try {
        for (const [args, why] of [
          [{}, /is (terminated|shutting-down) before the build was done with it\. /],
          [
            { instance_type: undefined, spot_instance_types: ["t2.micro"] },
            /is (terminated|shutting-down) before .* This was a spot interruption/,
          ],
        ] as const) {
          const sshd = await createSshd();
          proxy.clear();
          proxy.answered = letKeyIn(sshd);
          const build = await startOnAmazon(proxy.endpoint, {
            builder: {
              communicator: "ssh",
              ssh_host: sshd.host,
              ssh_port: sshd.port,
              ssh_username: sshd.username,
              ...args,
            },
            provisioners: [{ type: "shell", inline: ["echo provisioning; sleep 60"] }],
          });
          await build.until("amazon-ebs: provisioning");
          const [, id] = /Instance ID: (i-\w+)/.exec(build.output())!;
          await moto.ec2("us-east-1", "TerminateInstances", { "InstanceId.1": id! });
          await sshd.stop();
          expect((await build.finished).code).toBe(1);
          expect(build.output().replaceAll(/\s+/g, " ")).toMatch(why);
        }
      } finally {
        await proxy.close();
        await moto.stop();
      }
    },
  );
});
