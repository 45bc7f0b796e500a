import { describe, expect, it } from "vitest";
import { builder as ebs } from "../../../../src/plugins/amazon/builders/ebs.ts";
import { builder as ebsvolume } from "../../../../src/plugins/amazon/builders/ebsvolume.ts";
import { isFastLaunchWanted, isProtectionWanted } from "../../../../src/plugins/amazon/builders/options/ami.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";

const minimal = { ami_name: "image", instance_type: "t2.micro", source_ami: "ami-12345678", ssh_username: "ubuntu" };
const { ami_name: _, ...machine } = minimal;
const image = (more: object) => configOf(ebs.schema, { ...minimal, region: "us-east-1", ...more });

/** Pairs of options of which one makes sense only with the other. */
describe("an option that makes sense only with another", () => {
  it.each([
    [{}, false],
    [{ enabled: false }, false],
    [{ enabled: true }, true],
    [{ with_cooldown: true }, true],
    [{ enabled: false, with_cooldown: true }, true],
  ])("deregistration_protection %j protects: %s", (deregistration_protection, wanted) => {
    expect(isProtectionWanted(image({ deregistration_protection }))).toBe(wanted);
  });

  it.each([
    [{}, false],
    [{ enable_fast_launch: false }, false],
    [{ enable_fast_launch: true }, true],
    [{ max_parallel_launches: 6 }, true],
    [{ target_resource_count: 2 }, true],
    [{ template_name: "x" }, true],
    [{ region_launch_templates: [{ region: "us-east-1", template_id: "lt-1" }] }, true],
  ])("fast_launch %j prepares for it: %s", (fast_launch, wanted) => {
    expect(isFastLaunchWanted(image({ fast_launch }))).toBe(wanted);
  });

  const codes = (issues: ReturnType<typeof issuesOf>) => issues.map(({ code, path }) => `${code} ${path.join(".")}`);

  it("is warned of where it has no effect", () => {
    expect(codes(issuesOf(ebs.schema, { ...minimal, force_delete_snapshot: true }))).toEqual([
      "ignored-argument force_delete_snapshot",
    ]);
    const volume = { device_name: "/dev/sdf", snapshot_tags: { a: "b" }, snapshot_users: ["1"] };
    expect(codes(issuesOf(ebsvolume.schema, { ...machine, ebs_volumes: [volume] }))).toEqual([
      "ignored-argument ebs_volumes.0.snapshot_tags",
      "ignored-argument ebs_volumes.0.snapshot_users",
    ]);
  });

  it("is refused where Packer refuses it", () => {
    const volume = { device_name: "/dev/sdf", snapshot_description: "x" };
    expect(codes(issuesOf(ebsvolume.schema, { ...machine, ebs_volumes: [volume] }))).toEqual([
      "missing-argument ebs_volumes.0.snapshot_description",
    ]);
  });
});
