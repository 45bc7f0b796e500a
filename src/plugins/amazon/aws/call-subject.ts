/** Calls that do something to a thing that is there. */
const CHANGES = /^(Attach|Cancel|CreateTags|Delete|Deregister|Detach|Disable|Enable|Modify|Stop|Terminate)/;
const IDS = [
  "InstanceIds",
  "InstanceId",
  "ImageId",
  "SnapshotId",
  "VolumeId",
  "GroupId",
  "LaunchTemplateId",
  "KeyName",
];
const MORE_IDS = ["ImportTaskId", "InstanceProfileName", "RoleName", "Resources"];

/** The id of what a call changes or removes; undefined for other calls. */
export function subjectOf(operation: string, input: Readonly<Record<string, unknown>>): string | undefined {
  if (!CHANGES.test(operation)) return undefined;
  const ids = [...IDS, ...MORE_IDS].map((name) => input[name]).find((value) => value !== undefined);
  return ids === undefined ? undefined : [ids].flat().join(", ");
}
