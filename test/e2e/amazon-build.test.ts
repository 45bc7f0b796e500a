import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect } from "vitest";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { isDry } from "../helper/ec2-proxy.ts";
import { AWS_CREDENTIALS, letKeyIn, prepareAwsTemplate } from "../helper/aws-template.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { findProgram, needs } from "../helper/need.ts";
import { createSshd } from "../helper/sshd.ts";
import { vagrantIn } from "../helper/vagrant.ts";

const REGION = "us-east-1";
const ec2 = ec2ForTests({ regions: [REGION] });

describe("templates/aws.pkr.hcl against moto, with a real SSH server behind the instance", () => {
  ec2.it("yields us-east-1:ami-…, a Vagrant box and a manifest, and leaves only the image", async () => {
    const place = await createWorkplace(AWS_CREDENTIALS);
    const sshd = await createSshd();
    ec2.proxy.answered = letKeyIn(sshd);
    const built = await place.run(
      "build",
      await prepareAwsTemplate(place.directory, { sshd, endpoint: ec2.proxy.endpoint }),
    );
    expect({ code: built.code, said: built.stdout + built.stderr }).toMatchObject({ code: 0 });
    const manifest = JSON.parse(await readFile(join(place.directory, "nginx-ubuntu-manifest.json"), "utf8")) as {
      builds: { artifact_id: string; builder_type: string }[];
    };
    const id = manifest.builds[0]!.artifact_id;
    expect(id).toMatch(/^us-east-1:ami-[0-9a-f]{8,17}$/);
    expect(await readFile(join(sshd.directory, "home/provisioned"), "utf8")).toBe("provisioned\n");
    const box = join(place.directory, "nginx-ubuntu-aws.box");
    const vagrantfile = execFileSync(
      "tar",
      ["-xOf", box, "./Vagrantfile"].map((name) => name.replace("./", "")),
      { encoding: "utf8" },
    );
    expect(vagrantfile).toContain(id.split(":")[1]);
    expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
    const image = await ec2.moto.ec2(REGION, "DescribeImages", { "ImageId.1": id.split(":")[1]! });
    expect(image).toContain("<value>nginx on Ubuntu</value>");
    expect(image).toContain("<key>source_ami</key><value>ami-0123456789abcdef0</value>");
    expect(image).toContain("<key>imgbuild:expires</key><value>never</value>");
    expect(await place.run("cleanup")).toMatchObject({ code: 0, stdout: "Nothing is left behind.\n" });
  });
});

const withVagrant = findProgram("vagrant") ? ec2.it : needs("vagrant", "vagrant");

withVagrant("the box of an image is one that `vagrant box add` takes", async () => {
  const place = await createWorkplace(AWS_CREDENTIALS);
  const sshd = await createSshd();
  ec2.proxy.answered = letKeyIn(sshd);
  const template = await prepareAwsTemplate(place.directory, { sshd, endpoint: ec2.proxy.endpoint });
  const built = await place.run("build", template);
  expect({ code: built.code, said: built.stdout + built.stderr }).toMatchObject({ code: 0 });
  const vagrant = vagrantIn(place.directory);
  await vagrant("box", "add", "--name", "test/nginx", join(place.directory, "nginx-ubuntu-aws.box"));
  expect(await vagrant("box", "list")).toMatch(/test\/nginx\s+\(aws, 0\)/);
});

/** The policy of the seed, and what docs/aws-permissions.md says is asked beyond it (each may be refused). */
const POLICY = new Set(
  `AttachVolume AuthorizeSecurityGroupIngress CopyImage CreateImage CreateKeyPair CreateSecurityGroup CreateSnapshot
   CreateTags CreateVolume DeleteKeyPair DeleteSecurityGroup DeleteSnapshot DeleteVolume DeregisterImage
   DescribeImageAttribute DescribeImages DescribeInstances DescribeRegions DescribeSecurityGroups DescribeSnapshots
   DescribeSubnets DescribeTags DescribeVolumes DetachVolume GetPasswordData ModifyImageAttribute
   ModifyInstanceAttribute ModifySnapshotAttribute RegisterImage RunInstances StopInstances TerminateInstances`.split(
    /\s+/,
  ),
);
const OPTIONAL = new Set(["DescribeInstanceTypeOfferings"]);

describe("permissions", () => {
  ec2.it(
    "a plain build calls nothing outside the minimal policy, and does without the documented additions",
    async () => {
      const place = await createWorkplace(AWS_CREDENTIALS);
      const sshd = await createSshd();
      ec2.proxy.answered = letKeyIn(sshd);
      ec2.proxy.fault = ({ action }) =>
        POLICY.has(action) ? undefined : { kind: "error", code: "UnauthorizedOperation", status: 403 };
      const built = await place.run(
        "build",
        await prepareAwsTemplate(place.directory, { sshd, endpoint: ec2.proxy.endpoint }),
      );
      expect({ code: built.code, said: built.stdout + built.stderr }).toMatchObject({ code: 0 });
      const beyond = new Set(ec2.proxy.calls.map(({ action }) => action).filter((action) => !POLICY.has(action)));
      expect([...beyond].filter((action) => !OPTIONAL.has(action))).toEqual([]);
      const documented = await readFile(resolve("docs/aws-permissions.md"), "utf8");
      for (const action of [...POLICY, ...OPTIONAL]) expect(documented).toContain(`ec2:${action}`);
    },
  );

  ec2.it("says all missing permissions in one list before anything is made", async () => {
    const place = await createWorkplace(AWS_CREDENTIALS);
    const sshd = await createSshd({ start: false });
    const denied = ["CreateImage", "StopInstances", "RunInstances"];
    ec2.proxy.fault = ({ action }) =>
      denied.includes(action) ? { kind: "error", code: "UnauthorizedOperation", status: 403 } : undefined;
    const built = await place.run(
      "validate",
      "-preflight",
      await prepareAwsTemplate(place.directory, { sshd, endpoint: ec2.proxy.endpoint }),
    );
    expect(built.code).toBe(1);
    expect(built.stdout + built.stderr).toContain(
      "The credentials do not allow ec2:RunInstances, ec2:StopInstances, ec2:CreateImage.",
    );
    expect(
      ec2.proxy.calls
        .filter((call) => !isDry(call))
        .map(({ action }) => action)
        .filter((action) => !action.startsWith("Describe")),
    ).toEqual([]);
  });
});
