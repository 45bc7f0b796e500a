import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { AmazonError } from "../aws/failure.ts";
import { unlessEmpty } from "../aws/request.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { isFastLaunchWanted, isProtectionWanted, type AmiConfig } from "./options/ami.ts";
import { instanceTypes, isSpotWanted, namedGroups, type RunConfig } from "./options/run.ts";
import { isKeyMade } from "./key-pair.ts";
import { profileName } from "./launch-request.ts";
import { isGroupMade } from "./security-group.ts";

export interface Needs {
  readonly machine: RunConfig & CommunicatorConfig;
  /** Undefined: no image is made. */
  readonly image: AmiConfig | undefined;
  /** Undefined: not found, which is said elsewhere. */
  readonly source: Image | undefined;
  /** `amazon-ebssurrogate` registers snapshots; the others have EC2 image the machine. */
  readonly registers: boolean;
}

interface DryRun {
  readonly action: string;
  readonly ask: () => Promise<unknown>;
}

/** Ids that exist nowhere: a request with them is refused for the permission before it is for the id, or it is allowed. */
const NOWHERE = {
  image: "ami-00000000000000000",
  instance: "i-00000000000000000",
  group: "sg-00000000000000000",
  snapshot: "snap-00000000000000000",
  volume: "vol-00000000000000000",
  name: "imgbuild-dry-run",
};

/**
 * Asks EC2, by dry runs, for every action that changes something and that this template needs. One sentence with all
 * that are missing, and one for each thing the launch names that is not there. What EC2 answers with anything else
 * counts as allowed.
 */
export async function missingPermissions(cloud: Cloud, needs: Needs, signal: AbortSignal): Promise<readonly string[]> {
  const questions = questionsFor(cloud, needs, signal);
  const answers = await Promise.all([askLaunch(cloud, needs, signal), ...questions.map((one) => answerTo(cloud, one))]);
  signal.throwIfAborted();
  const refused = answers.filter((answer) => answer?.isRefused === true).map((answer) => answer!.text);
  const absent = answers.filter((answer) => answer?.isRefused === false).map((answer) => answer!.text);
  if (refused.length === 0) return absent;
  return [
    `The credentials do not allow ${refused.join(", ")}. docs/aws-permissions.md has the policy to add them to.`,
    ...absent,
  ];
}

interface Problem {
  readonly isRefused: boolean;
  /** The action that is refused, or a sentence. */
  readonly text: string;
}

/** The same for every build of a command that uses this account. */
function answerTo(cloud: Cloud, { action, ask }: DryRun): Promise<Problem | undefined> {
  return cloud.remembered(`dry run of ${action}`, async () => {
    const error = await failureOf(ask);
    return isDenied(error) ? { isRefused: true, text: action } : undefined;
  });
}

function isDenied(error: AmazonError | undefined): boolean {
  return error?.verdict === "denied";
}

async function failureOf(ask: () => Promise<unknown>): Promise<AmazonError | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof AmazonError) return error;
    throw error;
  }
}

/** With what the template names, so that EC2 looks at that too: the key pair, the groups, the subnet, the profile. */
async function askLaunch(cloud: Cloud, needs: Needs, signal: AbortSignal): Promise<Problem | undefined> {
  const { machine: config, source } = needs;
  const input = {
    DryRun: true,
    MinCount: 1,
    MaxCount: 1,
    ImageId: source?.ImageId ?? NOWHERE.image,
    InstanceType: instanceTypes(config)[0] as never,
    KeyName: config.ssh_keypair_name || undefined,
    SecurityGroupIds: unlessEmpty(namedGroups(config)),
    SubnetId: config.subnet_id || undefined,
    IamInstanceProfile: profileName(config.iam_instance_profile),
  };
  return cloud.remembered(`dry run of ${JSON.stringify(input)}`, async () => {
    const error = await failureOf(() => cloud.ec2().call("RunInstances", input, { signal, once: true }));
    if (isDenied(error)) return { isRefused: true, text: "ec2:RunInstances" };
    if (error?.verdict !== "not-yet" || source === undefined) return undefined;
    return { isRefused: false, text: error.message };
  });
}

/** None of these makes anything of weight even where a service overlooks DryRun: what they name is nowhere. */
function questionsFor(cloud: Cloud, { machine, image, registers }: Needs, signal: AbortSignal): DryRun[] {
  const ec2 = cloud.ec2();
  // A service that does not know the question must not hold up the build: no answer counts as allowed.
  const options = { signal, once: true };
  const ofImage = image && !image.skip_create_ami ? imageTopics(image, { registers, region: cloud.region }) : [];
  const needed = [...machineTopics(machine), ...ofImage].filter((topic) => topic.isNeeded);
  return needed.flatMap(({ requests }) =>
    requests.map(([action, input]) => ({
      action: `ec2:${action}`,
      ask: () => ec2.call(action, { DryRun: true, ...input }, options),
    })),
  );
}

/** Requests that are needed, or not, together. */
interface Topic {
  readonly isNeeded: boolean;
  readonly requests: readonly (readonly [action: Ec2Action, input: object])[];
}

type Ec2Action = Parameters<ReturnType<Cloud["ec2"]>["call"]>[0];

function machineTopics(config: Needs["machine"]): Topic[] {
  const { instance, group, image, name } = NOWHERE;
  const isSpot = isSpotWanted(config);
  const LaunchTemplateSpecification = { LaunchTemplateName: name, Version: "1" };
  const fleet = {
    LaunchTemplateConfigs: [{ LaunchTemplateSpecification }],
    TargetCapacitySpecification: { TotalTargetCapacity: 0 },
  };
  return [
    { isNeeded: true, requests: [["TerminateInstances", { InstanceIds: [instance] }]] },
    {
      isNeeded: !config.disable_stop_instance && !isSpot,
      requests: [["StopInstances", { InstanceIds: [instance] }]],
    },
    {
      isNeeded: isSpot,
      requests: [
        ["CreateLaunchTemplate", { LaunchTemplateName: name, LaunchTemplateData: { InstanceType: "none" } }],
        ["CreateFleet", fleet],
        ["DeleteLaunchTemplate", { LaunchTemplateName: name }],
      ],
    },
    {
      isNeeded: isGroupMade(config),
      requests: [
        ["CreateSecurityGroup", { GroupName: name, Description: name, VpcId: config.vpc_id }],
        ["AuthorizeSecurityGroupIngress", { GroupId: group }],
        ["DeleteSecurityGroup", { GroupId: group }],
      ],
    },
    {
      isNeeded: isKeyMade(config),
      requests: [
        ["CreateKeyPair", { KeyName: name }],
        ["DeleteKeyPair", { KeyName: name }],
      ],
    },
    { isNeeded: true, requests: [["CreateTags", { Resources: [image], Tags: [{ Key: "a", Value: "b" }] }]] },
  ];
}

interface ImageMaking {
  readonly registers: boolean;
  readonly region: string;
}

function imageTopics(config: AmiConfig, { registers, region }: ImageMaking): Topic[] {
  const { image, instance, snapshot, volume, name } = NOWHERE;
  const ImageId = image;
  return [
    {
      isNeeded: registers,
      requests: [
        ["CreateSnapshot", { VolumeId: volume }],
        ["RegisterImage", { Name: name }],
      ],
    },
    { isNeeded: !registers, requests: [["CreateImage", { InstanceId: instance, Name: name }]] },
    {
      isNeeded: true,
      requests: [
        ["DeregisterImage", { ImageId }],
        ["DeleteSnapshot", { SnapshotId: snapshot }],
      ],
    },
    {
      isNeeded: config.ami_regions.length > 0 || config.encrypt_boot === true,
      requests: [["CopyImage", { SourceImageId: image, SourceRegion: region, Name: name }]],
    },
    ...attributeTopics(config),
  ];
}

function attributeTopics(config: AmiConfig): Topic[] {
  const { image: ImageId, instance: InstanceId, snapshot: SnapshotId } = NOWHERE;
  return [
    {
      isNeeded: modifiesImage(config),
      requests: [["ModifyImageAttribute", { ImageId, LaunchPermission: { Add: [] } }]],
    },
    {
      isNeeded: config.snapshot_users.length + config.snapshot_groups.length > 0,
      requests: [["ModifySnapshotAttribute", { SnapshotId }]],
    },
    {
      isNeeded: config.ena_support !== undefined || Boolean(config.sriov_support),
      requests: [["ModifyInstanceAttribute", { InstanceId, EnaSupport: { Value: true } }]],
    },
    {
      isNeeded: Boolean(config.deprecate_at),
      requests: [["EnableImageDeprecation", { ImageId, DeprecateAt: new Date(config.deprecate_at ?? 0) }]],
    },
    {
      isNeeded: isProtectionWanted(config),
      requests: [
        ["EnableImageDeregistrationProtection", { ImageId }],
        ["DisableImageDeregistrationProtection", { ImageId }],
      ],
    },
    {
      isNeeded: isFastLaunchWanted(config),
      requests: [["EnableFastLaunch", { ImageId }]],
    },
  ];
}

function modifiesImage(image: AmiConfig): boolean {
  const { ami_users, ami_groups, ami_org_arns, ami_ou_arns, ami_product_codes } = image;
  const lists = [ami_users, ami_groups, ami_org_arns, ami_ou_arns, ami_product_codes];
  return lists.some((list) => list.length > 0) || image.imds_support !== undefined;
}
