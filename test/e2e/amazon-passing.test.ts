import { describe, expect } from "vitest";
import { buildOnAmazon } from "../helper/amazon-build.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { createEc2Proxy, isDry, type Fault } from "../helper/ec2-proxy.ts";

/**
 * Refusals that are a matter of time: in a whole build each call that changes something is refused twice, in every round
 * with another of the codes that EC2 and IAM give it for a while ("Error codes for the Amazon EC2 API").
 */
const REGION = "us-east-1";
const OTHER = "us-west-2";
const ec2 = ec2ForTests({ regions: [REGION, OTHER] });

const NOT_RUNNING = "Instance i-0 is not in state 'running' or 'stopped'";
const STOPPING = "Instance i-0 is in state 'stopping'";
const PROFILE = "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
const IMAGE = ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "IncorrectState"];
const ANY = ["RequestLimitExceeded 503", "Unavailable 503", "InternalError 500"];
const INSTANCE = ["IncorrectInstanceState", "IncorrectState", "InvalidInstanceID.NotFound"];

/** `CODE`, `CODE STATUS` or `CODE: MESSAGE`. */
const passing: Readonly<Record<string, readonly string[]>> = {
  CreateImage: [...INSTANCE, `InvalidParameterValue: ${NOT_RUNNING}`, `InvalidParameterValue: ${STOPPING}`],
  RunInstances: ["InvalidGroup.NotFound", "InvalidKeyPair.NotFound", `InvalidParameterValue: ${PROFILE}`],
  StopInstances: INSTANCE,
  TerminateInstances: ["IncorrectInstanceState"],
  ModifyInstanceAttribute: INSTANCE,
  AuthorizeSecurityGroupIngress: [
    "InvalidGroup.NotFound",
    "InvalidSecurityGroupID.NotFound",
    "InvalidGroupId.NotFound",
  ],
  CreateTags: [...IMAGE.slice(0, 2), "InvalidSnapshot.NotFound", "InvalidVolume.NotFound", "ConcurrentTagAccess"],
  CopyImage: [...IMAGE, "ResourceLimitExceeded"],
  RegisterImage: ["InvalidSnapshot.NotFound", "IncorrectState"],
  ModifyImageAttribute: IMAGE,
  ModifySnapshotAttribute: ["InvalidSnapshot.NotFound", "IncorrectState"],
  CreateSnapshot: ["InvalidVolume.NotFound", "IncorrectState", "SnapshotCreationPerVolumeRateExceeded"],
  DetachVolume: ["IncorrectState"],
  AttachVolume: ["IncorrectState", "VolumeInUse"],
  CreateFleet: ["InvalidLaunchTemplateId.NotFound"],
  CreateLaunchTemplate: ["InvalidKeyPair.NotFound"],
  DeregisterImage: ["IncorrectState"],
  DeleteSnapshot: ["InvalidSnapshot.InUse"],
  DeleteVolume: ["VolumeInUse"],
  DeleteSecurityGroup: ["DependencyViolation", "InvalidGroup.InUse"],
  PutRolePolicy: ["NoSuchEntity 404", "ConcurrentModification 409"],
  AddRoleToInstanceProfile: ["NoSuchEntity 404", "ConcurrentModification 409"],
  DeleteRole: ["DeleteConflict 409"],
  DeleteInstanceProfile: ["DeleteConflict 409"],
};

function faultOf(text: string): Fault {
  const [, code = "", status, message] = /^([\w.]+)(?: (\d+))?(?:: (.*))?$/.exec(text) ?? [];
  return { kind: "error", code, status: Number(status ?? 400), ...(message !== undefined && { message }) };
}

const volume = { device_name: "/dev/xvdf", volume_size: 1 };
const rootDevice = { source_device_name: "/dev/xvdf", device_name: "/dev/xvda" };
const profile = { Statement: [{ Action: ["s3:GetObject"], Resource: ["*"] }] };
const share = { ami_users: ["123456789012"], snapshot_users: ["123456789012"] };

const builders: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "amazon-ebs": {
    ...share,
    ami_regions: [OTHER],
    ena_support: true,
    launch_block_device_mappings: [volume],
    communicator: "none",
    temporary_iam_instance_profile_policy_document: profile,
  },
  "amazon-ebs on the spot market": { ...share, spot_price: "auto" },
  "amazon-ebssurrogate": {
    ...share,
    type: "amazon-ebssurrogate",
    launch_block_device_mappings: [volume],
    ami_root_device: rootDevice,
  },
  "amazon-ebssurrogate with use_create_image": {
    type: "amazon-ebssurrogate",
    launch_block_device_mappings: [volume, { device_name: "/dev/sda1", volume_size: 1 }],
    ami_root_device: rootDevice,
    use_create_image: true,
  },
  "amazon-ebsvolume": {
    type: "amazon-ebsvolume",
    ami_name: undefined,
    ebs_volumes: [{ ...volume, snapshot_volume: true, snapshot_users: ["123456789012"], tags: { Name: "x" } }],
  },
};

/** Of every list another one, as far as they go; then what any call may meet. */
const rounds = Math.max(...Object.values(passing).map((codes) => codes.length)) + ANY.length;

describe("each call refused twice (A-02)", () => {
  for (const [title, builder] of Object.entries(builders)) {
    ec2.it(title, { timeout: 600_000 }, async () => {
      const results = await Promise.all(
        Array.from({ length: rounds }, async (_, round) => {
          const proxy = await createEc2Proxy(ec2.moto.endpoint);
          const counts = new Map<string, number>();
          const refused = new Set<string>();
          proxy.fault = (call) => {
            const own = passing[call.action] ?? [];
            const code = round < ANY.length ? ANY[round] : own[(round - ANY.length) % Math.max(own.length, 1)];
            const count = (counts.get(call.action) ?? 0) + 1;
            if (code === undefined || isDry(call) || /^(Describe|Get)/.test(call.action)) return undefined;
            counts.set(call.action, count);
            if (count > 2) return undefined;
            refused.add(`${call.action} ${code}`);
            return faultOf(code);
          };
          const env = { AWS_ENDPOINT_URL_IAM: proxy.endpoint };
          const named = { ami_name: `passing-${Date.now()}-${round}`, ...builder };
          const { code, said } = await buildOnAmazon(proxy.endpoint, { builder: named, env });
          await proxy.close();
          return { code, refused: [...refused], said };
        }),
      );
      for (const result of results) expect(result).toEqual({ ...result, code: 0 });
    });
  }
});

ec2.it("an image that is refused for longer than a moment is waited for, and that is said (A-02)", async () => {
  let refusals = 7;
  ec2.proxy.fault = (call) => {
    if (call.action !== "CreateImage" || isDry(call) || refusals-- <= 0) return undefined;
    return faultOf(`InvalidParameterValue: ${NOT_RUNNING}`);
  };
  const { code, said } = await buildOnAmazon(ec2.proxy.endpoint, {});
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(ec2.calls("CreateImage")).toHaveLength(8);
  expect(said).toContain(`CreateImage is refused for now: ${NOT_RUNNING} (InvalidParameterValue). It is asked again`);
});
