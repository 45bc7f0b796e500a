import type { Cloud } from "../cloud.ts";
import { isNotFound } from "../failure.ts";
import type { FoundResource, OwnedKind } from "../owned.ts";
import { unlessGone } from "./network.ts";

/** A role and the instance profile of the same name that holds it. */
export const instanceProfileKind: OwnedKind = {
  kind: "iam-instance-profile",
  title: "instance profile and role",
  find: async (cloud, { name }) => {
    const [profile, role] = await Promise.all([
      orNothing(cloud.iam().call("GetInstanceProfile", { InstanceProfileName: name! })),
      orNothing(cloud.iam().call("GetRole", { RoleName: name! })),
    ]);
    const found: FoundResource[] = [];
    if (profile) found.push({ id: `profile/${name}`, tags: profile.InstanceProfile?.Tags });
    if (role) found.push({ id: `role/${name}`, tags: role.Role?.Tags });
    return found;
  },
  remove: async (cloud, { id }, { details }) => {
    if (id.startsWith("profile/")) await removeProfile(cloud, details.name!);
    else await removeRole(cloud, details.name!);
  },
  manualCommand: (id) => `aws iam delete-instance-profile --instance-profile-name ${id}`,
};

export const POLICY_NAME = "imgbuild";

async function removeProfile(cloud: Cloud, name: string): Promise<void> {
  const both = { InstanceProfileName: name, RoleName: name };
  await unlessGone(cloud.iam().call("RemoveRoleFromInstanceProfile", both));
  await unlessGone(cloud.iam().call("DeleteInstanceProfile", { InstanceProfileName: name }));
}

async function removeRole(cloud: Cloud, name: string): Promise<void> {
  await unlessGone(cloud.iam().call("DeleteRolePolicy", { RoleName: name, PolicyName: POLICY_NAME }));
  await unlessGone(cloud.iam().call("DeleteRole", { RoleName: name }));
}

async function orNothing<Result>(question: Promise<Result>): Promise<Result | undefined> {
  try {
    return await question;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
