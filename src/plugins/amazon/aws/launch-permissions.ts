import type { LaunchPermission } from "@aws-sdk/client-ec2";

/** The arguments that say with whom an image is shared. */
export interface LaunchPermissionConfig {
  readonly ami_users: readonly string[];
  readonly ami_groups: readonly string[];
  readonly ami_org_arns: readonly string[];
  readonly ami_ou_arns: readonly string[];
}

/** One list for each kind of permission: a call of ModifyImageAttribute takes one kind. */
export function launchPermissions(config: LaunchPermissionConfig): LaunchPermission[][] {
  return [
    config.ami_users.map((UserId) => ({ UserId })),
    config.ami_groups.map((Group) => ({ Group: Group as "all" })),
    config.ami_org_arns.map((OrganizationArn) => ({ OrganizationArn })),
    config.ami_ou_arns.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
  ].filter((list) => list.length > 0);
}
