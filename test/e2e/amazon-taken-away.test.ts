import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { AWS_CREDENTIALS, letKeyIn } from "../helper/aws-template.ts";
import { createEc2Proxy } from "../helper/ec2-proxy.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { startMoto, UBUNTU, withMoto } from "../helper/moto.ts";
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
          [{ instance_type: "t2.micro" }, /is (terminated|shutting-down) before the build was done with it\. /],
          [
            { spot_instance_types: ["t2.micro"] },
            /is (terminated|shutting-down) before .* This was a spot interruption/,
          ],
        ] as const) {
          const [place, sshd] = [await createWorkplace(AWS_CREDENTIALS), await createSshd()];
          proxy.clear();
          proxy.answered = letKeyIn(sshd);
          const builder = {
            type: "amazon-ebs",
            region: "us-east-1",
            custom_endpoint_ec2: proxy.endpoint,
            source_ami: UBUNTU.id,
            ami_name: "taken-away",
            temporary_security_group_source_cidrs: ["127.0.0.1/32"],
            ssh_host: sshd.host,
            ssh_port: sshd.port,
            ssh_username: sshd.username,
            ...args,
          };
          const provisioners = [{ type: "shell", inline: ["echo provisioning; sleep 60"] }];
          const template = join(place.directory, "t.json");
          await writeFile(template, JSON.stringify({ builders: [builder], provisioners }));
          const build = place.start("build", template);
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
