import { describe, expect } from "vitest";
import { startOnAmazon } from "../helper/amazon-build.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { isDry, type Call, type Fault } from "../helper/ec2-proxy.ts";
import { type Finished, type Started } from "../helper/imgbuild.ts";

const REGION = "us-east-1";
const OTHER = "us-west-2";
const ec2 = ec2ForTests({ regions: [REGION, OTHER] });

const start = (builder: Readonly<Record<string, unknown>>): Promise<Started> =>
  startOnAmazon(ec2.proxy.endpoint, { builder });

async function build(builder: Readonly<Record<string, unknown>> = {}): Promise<Finished & { said: string }> {
  const finished = await (await start(builder)).finished;
  return { ...finished, said: finished.stdout + finished.stderr };
}

async function expectImage(args?: Readonly<Record<string, unknown>>): Promise<string> {
  const { code, said } = await build(args);
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
  return said;
}

/** The first calls of an action meet a fault. */
function first(action: string, times: number, fault: Fault): (call: Call) => Fault | undefined {
  return (call) => (call.action === action && call.ofAction <= times && !isDry(call) ? fault : undefined);
}

const refused = (code: string, status = 400, message?: string): Fault => ({
  kind: "error",
  code,
  status,
  ...(message === undefined ? {} : { message }),
});

describe("EC2 that behaves as it does", () => {
  ec2.it("AWS-01: throttling is waited out and said once", async () => {
    ec2.proxy.fault = (call) => (call.number % 3 === 0 ? refused("RequestLimitExceeded", 503) : undefined);
    const said = await expectImage();
    expect(said.match(/throttling/g)).toHaveLength(1);
  });

  ec2.it("AWS-02: an instance that is not known yet is not lost", async () => {
    let unknown = 3;
    ec2.proxy.answered = ({ action }, xml) =>
      action === "DescribeInstances" && unknown-- > 0
        ? xml.replace(/<reservationSet>[\s\S]*<\/reservationSet>/, "<reservationSet/>")
        : xml;
    await expectImage();
  });

  ec2.it(
    "AWS-03: after termination, an instance that cannot be found is asked for until it is terminated",
    async () => {
      let unknown = 2;
      ec2.proxy.answered = ({ action }, xml) =>
        action === "DescribeInstances" && ec2.calls("TerminateInstances").length > 0 && unknown-- > 0
          ? xml.replace(/<reservationSet>[\s\S]*<\/reservationSet>/, "<reservationSet/>")
          : xml;
      await expectImage();
      const terminated = ec2.proxy.calls.findIndex((call) => call.action === "TerminateInstances" && !isDry(call));
      expect(
        ec2.proxy.calls.slice(terminated).filter(({ action }) => action === "DescribeInstances").length,
      ).toBeGreaterThan(2);
    },
  );

  ec2.it("an instance that is stopped by a request that came late is told once more to end", async () => {
    ec2.proxy.answered = async ({ action, parameters }, xml) => {
      if (action === "TerminateInstances" && ec2.calls(action).length === 1)
        await ec2.moto.ec2(REGION, "StopInstances", { "InstanceId.1": parameters.get("InstanceId.1")! });
      return xml;
    };
    await expectImage();
    expect(ec2.calls("TerminateInstances")).toHaveLength(2);
  });

  ec2.it("AWS-04: a security group that is not known yet is waited for", async () => {
    ec2.proxy.fault = (call) =>
      call.action === "RunInstances" && !isDry(call) && ec2.calls("RunInstances").length <= 2
        ? refused("InvalidGroup.NotFound")
        : undefined;
    await expectImage();
  });

  ec2.it("AWS-06: an instance profile that is not usable yet is waited for", async () => {
    ec2.proxy.fault = (call) =>
      call.action === "RunInstances" && !isDry(call) && ec2.calls("RunInstances").length <= 2
        ? refused(
            "InvalidParameterValue",
            400,
            "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
          )
        : undefined;
    await expectImage();
  });

  ec2.it("AWS-07: where there is no room, the next zone is tried, if that is allowed", async () => {
    const full = (call: Call) =>
      call.action === "RunInstances" && !isDry(call) && ec2.calls("RunInstances").length <= 2
        ? refused("InsufficientInstanceCapacity", 500)
        : undefined;
    ec2.proxy.fault = full;
    const said = await expectImage({ capacity_fallback: true });
    expect(said).toMatch(
      /No room for t2.micro in us-east-1[a-f] \(InsufficientInstanceCapacity\); trying t2.micro in us-east-1/,
    );
    const subnets = ec2.calls("RunInstances").map(({ parameters }) => parameters.get("SubnetId"));
    expect(new Set(subnets).size).toBe(3);
    ec2.proxy.clear();
    ec2.proxy.fault = full;
    expect((await build()).said).toContain("Set capacity_fallback = true");
  });

  ec2.it("AWS-10: credentials that are said to be expired are fetched anew", async () => {
    ec2.proxy.fault = (call) =>
      call.action === "StopInstances" && !isDry(call) && ec2.calls("StopInstances").length === 1
        ? refused("RequestExpired")
        : undefined;
    await expectImage();
  });

  ec2.it("AWS-12: interrupted while the image is pending, the image and its snapshot go too", async () => {
    const started = await start({});
    ec2.proxy.answered = ({ action }, xml) => {
      if (action !== "DescribeImages" || ec2.calls("CreateImage").length === 0) return xml;
      setTimeout(() => started.child.kill("SIGINT"), 50);
      return xml.replaceAll("<imageState>available", "<imageState>pending");
    };
    const { code, stdout } = await started.finished;
    expect({ code, stdout }).toMatchObject({ code: 130 });
    expect(await ec2.addedKinds()).toEqual([]);
  });

  ec2.it("AWS-13: a copy that fails ends the build, and the good copies go", async () => {
    ec2.proxy.fault = first("CopyImage", 9, refused("InvalidRequest"));
    const { code, said } = await build({ ami_regions: [OTHER] });
    expect(code).toBe(1);
    expect(said).toContain(`The image could not be copied to every region (${OTHER}).`);
    expect(await ec2.addedKinds()).toEqual([]);
  });

  ec2.it("copies to another region, and names both in order", async () => {
    const { code, said } = await build({ ami_regions: [OTHER, REGION] });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(/us-east-1: ami-\w+\nus-west-2: ami-\w+/);
    expect(await ec2.addedKinds()).toEqual(["ami", "snap", "ami", "snap"]);
  });

  ec2.it("AWS-14: the unencrypted image behind an encrypted one goes, with its snapshot", async () => {
    await expectImage({ encrypt_boot: true });
    expect(ec2.calls("CopyImage")).toHaveLength(1);
    expect(ec2.calls("CreateImage")).toHaveLength(1);
  });

  ec2.it("AWS-16: volumes that do not go with the instance go after it", async () => {
    const device = { device_name: "/dev/sdb", volume_size: 1, delete_on_termination: false };
    await expectImage({ launch_block_device_mappings: [device] });
  });

  ec2.it("AWS-18: a security group that is still in use is removed once it is not", async () => {
    ec2.proxy.fault = (call) =>
      call.action === "DeleteSecurityGroup" && !isDry(call) && ec2.calls("DeleteSecurityGroup").length <= 3
        ? refused("DependencyViolation")
        : undefined;
    await expectImage();
  });

  ec2.it("AWS-20: a launch and an image whose answers are lost are found, not repeated", async () => {
    const once = new Set<string>();
    ec2.proxy.fault = (call) => {
      if (isDry(call) || !["RunInstances", "CreateImage"].includes(call.action) || once.has(call.action))
        return undefined;
      once.add(call.action);
      return { kind: "drop-answer" };
    };
    await expectImage();
    expect(ec2.calls("RunInstances")).toHaveLength(1);
    expect(ec2.calls("CreateImage")).toHaveLength(1);
  });

  ec2.it("AWS-21: a slow stop is waited for by its state", async () => {
    let slow = 2;
    ec2.proxy.answered = ({ action }, xml) =>
      action === "DescribeInstances" && ec2.calls("StopInstances").length > 0 && slow-- > 0
        ? xml.replaceAll("<name>stopped</name>", "<name>stopping</name>")
        : xml;
    await expectImage();
  });

  ec2.it(
    "AWS-22: a taken name is found before the launch; the old image goes only after the new one is complete",
    async () => {
      const name = `named-${Date.now()}`;
      await expectImage({ ami_name: name });
      ec2.proxy.clear();
      const { code, said } = await build({ ami_name: name });
      expect(code).toBe(1);
      expect(said).toContain(`The name "${name}" is taken in us-east-1 by ami-`);
      expect(ec2.calls("RunInstances")).toEqual([]);
      ec2.proxy.clear();
      const replaced = await build({ ami_name: name, force_deregister: true, force_delete_snapshot: true });
      expect({ code: replaced.code, said: replaced.said }).toMatchObject({ code: 0 });
      const order = ec2.proxy.calls.filter((call) => !isDry(call)).map(({ action }) => action);
      expect(order.indexOf("DeregisterImage")).toBeGreaterThan(order.indexOf("CreateImage") + 1);
      const images = await ec2.moto.ec2(REGION, "DescribeImages", {
        "Filter.1.Name": "name",
        "Filter.1.Value.1": name,
      });
      expect(images.match(/<imageId>/g)).toHaveLength(1);
    },
  );

  ec2.it("AWS-08: spot: one machine of a fleet, and its launch template goes", async () => {
    const said = await expectImage({
      instance_type: undefined,
      spot_instance_types: ["t3.micro", "t2.micro"],
      spot_price: "auto",
    });
    expect(said).toContain("Requesting a spot instance of t3.micro, t2.micro");
    expect(ec2.calls("DeleteLaunchTemplate")).toHaveLength(1);
  });
});

describe("the other builders", () => {
  ec2.it("amazon-ebssurrogate registers an image from the second volume", async () => {
    const { code, said } = await build({
      type: "amazon-ebssurrogate",
      launch_block_device_mappings: [{ device_name: "/dev/xvdf", volume_size: 1, delete_on_termination: true }],
      ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda", volume_size: 1 },
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(/us-east-1: ami-\w+/);
    expect(ec2.calls("CreateSnapshot")).toHaveLength(1);
    expect(ec2.calls("RegisterImage")[0]!.parameters.get("BlockDeviceMapping.1.Ebs.SnapshotId")).toMatch(/^snap-/);
    expect((await ec2.addedKinds()).filter((kind) => kind !== "snap")).toEqual(["ami"]);
  });

  ec2.it("amazon-ebssurrogate with use_create_image puts the volume in the root's place", async () => {
    const { code, said } = await build({
      type: "amazon-ebssurrogate",
      // moto makes a root volume only where it is named.
      launch_block_device_mappings: ["/dev/sda1", "/dev/xvdf"].map((device_name) => ({
        device_name,
        volume_size: 1,
        delete_on_termination: true,
      })),
      ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda", volume_size: 1 },
      use_create_image: true,
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    const [surrogate, root] = ec2.calls("DetachVolume").map(({ parameters }) => parameters.get("VolumeId"));
    expect(surrogate).not.toBe(root);
    expect(ec2.calls("AttachVolume").map(({ parameters }) => parameters.get("VolumeId"))).toEqual([surrogate]);
    const order = ec2.proxy.calls.filter((call) => !isDry(call)).map(({ action }) => action);
    expect(order.indexOf("CreateImage")).toBeGreaterThan(order.indexOf("AttachVolume"));
    expect((await ec2.addedKinds()).filter((kind) => kind !== "snap")).toEqual(["ami"]);
  });

  ec2.it("amazon-ebsvolume leaves its volumes and snapshots, and nothing else", async () => {
    const volume = { device_name: "/dev/sdf", volume_size: 1, snapshot_volume: true, tags: { Name: "data" } };
    const { code, said } = await build({ type: "amazon-ebsvolume", ami_name: undefined, ebs_volumes: [volume] });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(/us-east-1: snap-\w+\nus-east-1: vol-\w+/);
    expect(await ec2.addedKinds()).toEqual(["snap", "vol"]);
  });
});
