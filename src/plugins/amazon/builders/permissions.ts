import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { AmazonError } from "../aws/failure.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import type { AmiConfig } from "./options/ami.ts";
import { isSpotWanted, type RunConfig } from "./options/run.ts";
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

interface Question {
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
  const questions = [...questionsFor(cloud, needs, signal)];
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
function answerTo(cloud: Cloud, { action, ask }: Question): Promise<Problem | undefined> {
  return cloud.remembered(`dry run of ${action}`, async () => {
    const error = await failureOf(ask);
    return error?.verdict === "denied" ? { isRefused: true, text: action } : undefined;
  });
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
  const groups = config.security_group_id ? [config.security_group_id] : config.security_group_ids;
  const input = {
    DryRun: true,
    MinCount: 1,
    MaxCount: 1,
    ImageId: source?.ImageId ?? NOWHERE.image,
    InstanceType: (config.instance_type ?? config.spot_instance_types[0]) as never,
    ...(config.ssh_keypair_name ? { KeyName: config.ssh_keypair_name } : {}),
    ...(groups.length > 0 ? { SecurityGroupIds: [...groups] } : {}),
    ...(config.subnet_id ? { SubnetId: config.subnet_id } : {}),
    ...(config.iam_instance_profile ? { IamInstanceProfile: profileName(config.iam_instance_profile) } : {}),
  };
  return cloud.remembered(`dry run of ${JSON.stringify(input)}`, async () => {
    const error = await failureOf(() => cloud.ec2().call("RunInstances", input, { signal, once: true }));
    if (error?.verdict === "denied") return { isRefused: true, text: "ec2:RunInstances" };
    const isAbsent = error?.verdict === "not-yet" && source !== undefined;
    return isAbsent ? { isRefused: false, text: error.message } : undefined;
  });
}

/** None of these makes anything of weight even where a service overlooks DryRun: what they name is nowhere. */
function* questionsFor(cloud: Cloud, { machine: config, image, registers }: Needs, signal: AbortSignal) {
  const ec2 = cloud.ec2();
  // A service that does not know the question must not hold up the build: no answer counts as allowed.
  const options = { signal, once: true };
  const dry = { DryRun: true } as const;
  const { name } = NOWHERE;
  type Ask = Parameters<typeof ec2.call>;
  const question = (action: Ask[0], input: object): Question => ({
    action: `ec2:${action}`,
    ask: () => ec2.call(action, { ...dry, ...input }, options),
  });

  yield question("TerminateInstances", { InstanceIds: [NOWHERE.instance] });
  if (!config.disable_stop_instance && !isSpotWanted(config))
    yield question("StopInstances", { InstanceIds: [NOWHERE.instance] });
  if (isSpotWanted(config)) {
    yield question("CreateLaunchTemplate", { LaunchTemplateName: name, LaunchTemplateData: { InstanceType: "none" } });
    yield question("CreateFleet", {
      LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "1" } }],
      TargetCapacitySpecification: { TotalTargetCapacity: 0 },
    });
    yield question("DeleteLaunchTemplate", { LaunchTemplateName: name });
  }
  if (isGroupMade(config)) {
    yield question("CreateSecurityGroup", { GroupName: name, Description: name, VpcId: config.vpc_id });
    yield question("AuthorizeSecurityGroupIngress", { GroupId: NOWHERE.group });
    yield question("DeleteSecurityGroup", { GroupId: NOWHERE.group });
  }
  if (isKeyMade(config)) {
    yield question("CreateKeyPair", { KeyName: name });
    yield question("DeleteKeyPair", { KeyName: name });
  }
  yield question("CreateTags", { Resources: [NOWHERE.image], Tags: [{ Key: "a", Value: "b" }] });
  if (image === undefined || image.skip_create_ami) return;

  if (registers) {
    yield question("CreateSnapshot", { VolumeId: NOWHERE.volume });
    yield question("RegisterImage", { Name: name });
  } else yield question("CreateImage", { InstanceId: NOWHERE.instance, Name: name });
  yield question("DeregisterImage", { ImageId: NOWHERE.image });
  yield question("DeleteSnapshot", { SnapshotId: NOWHERE.snapshot });
  if (image.ami_regions.length > 0 || image.encrypt_boot === true)
    yield question("CopyImage", { SourceImageId: NOWHERE.image, SourceRegion: cloud.region, Name: name });
  if (modifiesImage(image))
    yield question("ModifyImageAttribute", { ImageId: NOWHERE.image, LaunchPermission: { Add: [] } });
  if (image.snapshot_users.length + image.snapshot_groups.length > 0)
    yield question("ModifySnapshotAttribute", { SnapshotId: NOWHERE.snapshot });
  if (image.ena_support !== undefined || image.sriov_support)
    yield question("ModifyInstanceAttribute", { InstanceId: NOWHERE.instance, EnaSupport: { Value: true } });
  if (image.deprecate_at) {
    const DeprecateAt = new Date(image.deprecate_at);
    yield question("EnableImageDeprecation", { ImageId: NOWHERE.image, DeprecateAt });
  }
  if (image.deregistration_protection?.enabled === true) {
    yield question("EnableImageDeregistrationProtection", { ImageId: NOWHERE.image });
    yield question("DisableImageDeregistrationProtection", { ImageId: NOWHERE.image });
  }
  if (image.fast_launch?.enable_fast_launch === true) yield question("EnableFastLaunch", { ImageId: NOWHERE.image });
}

function modifiesImage(image: AmiConfig): boolean {
  const { ami_users, ami_groups, ami_org_arns, ami_ou_arns, ami_product_codes } = image;
  const lists = [ami_users, ami_groups, ami_org_arns, ami_ou_arns, ami_product_codes];
  return lists.some((list) => list.length > 0) || image.imds_support !== undefined;
}
