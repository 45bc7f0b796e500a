import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect } from "vitest";
import { AWS_CREDENTIALS } from "../helper/aws-template.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { isDry } from "../helper/ec2-proxy.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { UBUNTU } from "../helper/moto.ts";
import { RUN_ID, type Recording } from "../helper/replay-ec2.ts";

const fixture = resolve("test/fixture/amazon/plain-build.json");
const ec2 = ec2ForTests({ regions: [] });

describe("the recording that unit tests use", () => {
  ec2.it("has the answers that moto gives today (IMGBUILD_RECORD=1 writes them)", async () => {
    const answers: Record<string, string[]> = {};
    ec2.proxy.answered = (call, xml) => {
      if (!isDry(call)) (answers[call.action] ??= []).push(xml);
      return xml;
    };
    const place = await createWorkplace(AWS_CREDENTIALS);
    const builder = {
      type: "amazon-ebs",
      region: "us-east-1",
      custom_endpoint_ec2: ec2.proxy.endpoint,
      source_ami: UBUNTU.id,
      instance_type: "t2.micro",
      ami_name: "recorded",
      communicator: "none",
      tags: { Name: "x" },
    };
    await writeFile(join(place.directory, "t.json"), JSON.stringify({ builders: [builder] }));
    expect(await place.run("build", "t.json")).toMatchObject({ code: 0 });
    const [, runId] = /imgbuild:run<\/key><value>([0-9a-f-]{36})/.exec(answers["RunInstances"]!.join("")) ?? [];
    // What only the preflight asks, the builder alone does not ask: the regions, the types, and whether the name is free.
    answers["DescribeImages"] = answers["DescribeImages"]!.filter((xml) => xml.includes("<imageId>"));
    delete answers["DescribeRegions"];
    delete answers["DescribeInstanceTypeOfferings"];
    const text = JSON.stringify(answers, undefined, 1).replaceAll(runId!, RUN_ID);
    if (process.env["IMGBUILD_RECORD"] === "1") await writeFile(fixture, `${text}\n`);
    const recorded = JSON.parse(await readFile(fixture, "utf8")) as Recording;
    const shape = (recording: Recording) =>
      Object.fromEntries(Object.entries(recording).map(([action, list]) => [action, elements(list[0]!)]));
    expect(shape(recorded)).toEqual(shape(JSON.parse(text) as Recording));
  });
});

/** The names of the elements of an answer, once each. */
const elements = (xml: string): readonly string[] =>
  [...new Set([...xml.matchAll(/<([A-Za-z0-9]+)/g)].map(([, name]) => name!))].sort();
