import { isNotFound } from "../failure.ts";
import { byToken, RUN_TAG } from "../mark.ts";
import type { OwnedKind } from "../owned.ts";

export const securityGroupKind: OwnedKind = {
  kind: "ec2-security-group",
  title: "security group",
  isNamed: true,
  isWhole: true,
  find: async (cloud, { region, token }) => {
    const { SecurityGroups = [] } = await cloud.ec2(region).call("DescribeSecurityGroups", { Filters: byToken(token) });
    return SecurityGroups.map((group) => ({ id: group.GroupId!, tags: group.Tags }));
  },
  remove: async (cloud, { id }, { details, signal }) => {
    // Refused until the instance has let go of it.
    await unlessGone(cloud.ec2(details.region).call("DeleteSecurityGroup", { GroupId: id }, { signal }));
  },
  manualCommand: (id) => `aws ec2 delete-security-group --group-id ${id}`,
};

export const keyPairKind: OwnedKind = {
  kind: "ec2-key-pair",
  title: "key pair",
  isNamed: true,
  isWhole: true,
  find: async (cloud, { region, name, token }) => {
    // A name with the run's id in it is mark enough, and asking needs a permission that builds can do without.
    const [, runId] = /^imgbuild-([0-9a-f-]{36})-/.exec(name ?? "") ?? [];
    if (runId !== undefined && token.startsWith(runId)) return [{ id: name!, tags: [{ Key: RUN_TAG, Value: runId }] }];
    const { KeyPairs = [] } = await cloud.ec2(region).call("DescribeKeyPairs", { Filters: byToken(token) });
    return KeyPairs.map((pair) => ({ id: pair.KeyName!, tags: pair.Tags }));
  },
  remove: async (cloud, { id }, { details, signal }) => {
    const KeyName = details.name ?? id;
    await unlessGone(cloud.ec2(details.region).call("DeleteKeyPair", { KeyName }, { signal }));
  },
  manualCommand: (id, { name = id }) => `aws ec2 delete-key-pair --key-name ${name}`,
};

export const launchTemplateKind: OwnedKind = {
  kind: "ec2-launch-template",
  title: "launch template",
  isNamed: true,
  isWhole: true,
  find: async (cloud, { region, token }) => {
    const { LaunchTemplates = [] } = await cloud
      .ec2(region)
      .call("DescribeLaunchTemplates", { Filters: byToken(token) });
    return LaunchTemplates.map((template) => ({ id: template.LaunchTemplateId!, tags: template.Tags }));
  },
  remove: async (cloud, { id }, { details, signal }) => {
    await unlessGone(cloud.ec2(details.region).call("DeleteLaunchTemplate", { LaunchTemplateId: id }, { signal }));
  },
  manualCommand: (id) => `aws ec2 delete-launch-template --launch-template-id ${id}`,
};

export async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
