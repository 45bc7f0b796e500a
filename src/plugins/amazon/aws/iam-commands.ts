import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  IAMClient,
} from "@aws-sdk/client-iam";

export const Client = IAMClient;

/** The operations imgbuild uses. */
export const commands = {
  AddRoleToInstanceProfile: AddRoleToInstanceProfileCommand,
  CreateInstanceProfile: CreateInstanceProfileCommand,
  CreateRole: CreateRoleCommand,
  DeleteInstanceProfile: DeleteInstanceProfileCommand,
  DeleteRole: DeleteRoleCommand,
  DeleteRolePolicy: DeleteRolePolicyCommand,
  GetInstanceProfile: GetInstanceProfileCommand,
  GetRole: GetRoleCommand,
  PutRolePolicy: PutRolePolicyCommand,
  RemoveRoleFromInstanceProfile: RemoveRoleFromInstanceProfileCommand,
} as const;
