import type { Cloud } from "../../sdk/amazon/cloud.ts";
import { AmazonError } from "../../sdk/amazon/failure.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import type { AmiConfig } from "./config/ami.ts";
import type { RunConfig } from "./config/run.ts";

export interface Needs {
  readonly machine: RunConfig & CommunicatorConfig;
  /** Undefined: no image is made. */
  readonly image: AmiConfig | undefined;
}

type Question = readonly [action: string, ask: () => Promise<unknown>];

/** Ids that exist nowhere: a request with them is refused for the permission before it is for the id, or it is allowed. */
const NOWHERE = {
  image: "ami-00000000000000000",
  instance: "i-00000000000000000",
  group: "sg-00000000000000000",
  snapshot: "snap-00000000000000000",
};

/**
 * Asks EC2, by dry runs, for every action that changes something and that this template needs. One sentence with all
 * that are missing. What EC2 answers with anything but a refusal counts as allowed.
 */
export async function missingPermissions(cloud: Cloud, needs: Needs, signal: AbortSignal): Promise<readonly string[]> {
  const questions = questionsFor(cloud, needs, signal);
  const refused = await Promise.all(questions.map(async ([action, ask]) => ((await isRefused(ask)) ? [action] : [])));
  signal.throwIfAborted();
  const missing = refused.flat();
  return missing.length === 0
    ? []
    : [`The credentials do not allow ${missing.join(", ")}. docs/aws-permissions.md has the policy to add them to.`];
}

async function isRefused(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    return error instanceof AmazonError && error.verdict === "denied";
  }
}

/** None of these makes anything even where a service overlooks DryRun: what they name is nowhere. */
function questionsFor(cloud: Cloud, needs: Needs, signal: AbortSignal): readonly Question[] {
  const { machine: config, image } = needs;
  const makesImage = image !== undefined && !image.skip_create_ami;
  const ec2 = cloud.ec2();
  const dry = { DryRun: true } as const;
  const options = { signal };
  const isGroupOurs =
    !config.security_group_id && config.security_group_ids.length === 0 && !config.security_group_filter;
  const isKeyOurs =
    config.communicator === "ssh" &&
    !(config.ssh_private_key_file || config.ssh_agent_auth || config.ssh_password || config.ssh_keypair_name);
  const questions: (Question | false)[] = [
    [
      "ec2:RunInstances",
      () => ec2.call("RunInstances", { ...dry, ImageId: NOWHERE.image, MinCount: 1, MaxCount: 1 }, options),
    ],
    [
      "ec2:TerminateInstances",
      () => ec2.call("TerminateInstances", { ...dry, InstanceIds: [NOWHERE.instance] }, options),
    ],
    !config.disable_stop_instance && [
      "ec2:StopInstances",
      () => ec2.call("StopInstances", { ...dry, InstanceIds: [NOWHERE.instance] }, options),
    ],
    isGroupOurs && [
      "ec2:AuthorizeSecurityGroupIngress",
      () => ec2.call("AuthorizeSecurityGroupIngress", { ...dry, GroupId: NOWHERE.group }, options),
    ],
    isGroupOurs && [
      "ec2:DeleteSecurityGroup",
      () => ec2.call("DeleteSecurityGroup", { ...dry, GroupId: NOWHERE.group }, options),
    ],
    isKeyOurs && [
      "ec2:DeleteKeyPair",
      () => ec2.call("DeleteKeyPair", { ...dry, KeyName: "imgbuild-nowhere" }, options),
    ],
    [
      "ec2:CreateTags",
      () => ec2.call("CreateTags", { ...dry, Resources: [NOWHERE.image], Tags: [{ Key: "a", Value: "b" }] }, options),
    ],
    makesImage && [
      "ec2:CreateImage",
      () => ec2.call("CreateImage", { ...dry, InstanceId: NOWHERE.instance, Name: "imgbuild-dry-run" }, options),
    ],
    makesImage && [
      "ec2:DeregisterImage",
      () => ec2.call("DeregisterImage", { ...dry, ImageId: NOWHERE.image }, options),
    ],
    makesImage && [
      "ec2:DeleteSnapshot",
      () => ec2.call("DeleteSnapshot", { ...dry, SnapshotId: NOWHERE.snapshot }, options),
    ],
    makesImage &&
      image.ami_regions.length > 0 && [
        "ec2:CopyImage",
        () =>
          ec2.call(
            "CopyImage",
            { ...dry, SourceImageId: NOWHERE.image, SourceRegion: cloud.region, Name: "imgbuild-dry-run" },
            options,
          ),
      ],
    makesImage &&
      image.ami_users.length + image.ami_groups.length > 0 && [
        "ec2:ModifyImageAttribute",
        () =>
          ec2.call("ModifyImageAttribute", { ...dry, ImageId: NOWHERE.image, LaunchPermission: { Add: [] } }, options),
      ],
    makesImage &&
      image.snapshot_users.length + image.snapshot_groups.length > 0 && [
        "ec2:ModifySnapshotAttribute",
        () => ec2.call("ModifySnapshotAttribute", { ...dry, SnapshotId: NOWHERE.snapshot }, options),
      ],
  ];
  return questions.filter((question) => question !== false);
}
