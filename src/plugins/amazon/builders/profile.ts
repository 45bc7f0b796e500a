import { POLICY_NAME, instanceProfileKind } from "../aws/kinds/profile.ts";
import { markTags, newToken } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import type { RunConfig } from "./options/run.ts";

export interface Profile {
  readonly name: string;
  /** Made for this build: EC2 may not know it yet. */
  readonly isYoung: boolean;
}

/** The instance profile of the user, or one made for this build from a policy in the template. */
export async function instanceProfile(build: AmazonBuild, config: RunConfig): Promise<Profile | undefined> {
  const { run, cloud } = build;
  const name = config.iam_instance_profile;
  if (name) {
    if (!config.skip_profile_validation) {
      await cloud.iam().call("GetInstanceProfile", { InstanceProfileName: name }, { signal: run.signal });
    }
    return { name, isYoung: false };
  }
  const document = config.temporary_iam_instance_profile_policy_document;
  return document && temporaryProfile(build, config, JSON.stringify(document));
}

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

function temporaryProfile(build: AmazonBuild, config: RunConfig, PolicyDocument: string): Promise<Profile> {
  return build.run.step("create a temporary instance profile", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    // IAM allows 64 characters in a name: the end of the token is cut off.
    const name = `imgbuild-${token}`.slice(0, 64);
    const iam = cloud.iam();
    const Tags = [...tagsFor(build, config.run_tags, config.run_tag), ...markTags(run, token)] as {
      Key: string;
      Value: string;
    }[];
    const owned = await ownResource({ run, step, cloud }, instanceProfileKind, { token, name });
    run.say(`Creating a temporary role and instance profile: ${name}`);
    const both = { InstanceProfileName: name, RoleName: name };
    const options = { young: true, pauses: run.signal };
    const role = { RoleName: name, AssumeRolePolicyDocument: TRUST, Tags };
    await owned.making(() => iam.call("CreateRole", role, options));
    await iam.call("PutRolePolicy", { RoleName: name, PolicyName: POLICY_NAME, PolicyDocument }, options);
    await iam.call("CreateInstanceProfile", { InstanceProfileName: name, Tags }, options);
    await iam.call("AddRoleToInstanceProfile", both, options);
    await owned.made(name);
    return { name, isYoung: true };
  });
}
