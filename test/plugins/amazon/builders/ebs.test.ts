import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { builder } from "../../../../src/plugins/amazon/builders/ebs.ts";
import { configOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";
import { replayEc2 } from "../../../helper/replay-ec2.ts";

/** Made by `test/e2e/amazon-recording.test.ts` from moto's answers. */
const recording = resolve("test/fixture/amazon/plain-build.json");

describe("amazon-ebs, with recorded answers of moto", () => {
  it("makes an image, leaves nothing else in the journal, and makes no call it does not need", async () => {
    const run = await createRecordingRun();
    const ec2 = await replayEc2(recording, run.runId);
    const config = configOf(builder.schema, {
      access_key: "test",
      secret_key: "test",
      region: "us-east-1",
      custom_endpoint_ec2: ec2.endpoint,
      source_ami: "ami-0123456789abcdef0",
      instance_type: "t2.micro",
      ami_name: "recorded",
      communicator: "none",
      tags: { Name: "x" },
    });
    const artifact = await builder.build(run, config);
    expect(artifact).toMatchObject({
      builderId: "mitchellh.amazonebs",
      id: expect.stringMatching(/^us-east-1:ami-[0-9a-f]+$/) as string,
      files: [],
      state: { region: "us-east-1", architecture: "amd64" },
    });
    expect(await run.finish("succeeded")).toEqual([]);
    expect(run.journal.map(({ resource }) => resource.kind)).toEqual([
      "ec2-security-group",
      "ec2-instance",
      "ec2-image",
    ]);
    expect(run.secrets).toContain("test");
    expect(ec2.actions).toMatchInlineSnapshot(`
      [
        "DescribeImages",
        "CreateSecurityGroup",
        "RunInstances",
        "DescribeInstances",
        "StopInstances",
        "DescribeInstances",
        "CreateImage",
        "DescribeImages",
        "CreateTags",
        "TerminateInstances",
        "DescribeInstances",
        "DescribeVolumes",
        "DeleteSecurityGroup",
      ]
    `);
  });
});
