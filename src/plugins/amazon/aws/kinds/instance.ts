import { BuildError } from "../../../../sdk/error.ts";
import type { Cloud } from "../cloud.ts";
import { byToken } from "../mark.ts";
import type { OwnedDetails, OwnedKind } from "../owned.ts";
import { unlessGone } from "./network.ts";

/** An instance, with the volumes that were made for it. */
export const instanceKind: OwnedKind = {
  kind: "ec2-instance",
  title: "instance",
  isNamed: true,
  isWhole: true,
  find: async (cloud, details) => {
    const [instances, volumes] = await Promise.all([findInstances(cloud, details), findVolumes(cloud, details)]);
    return [
      ...instances.map((one) => ({ id: one.InstanceId!, tags: one.Tags })),
      ...volumes.map((one) => ({ id: one.VolumeId!, tags: one.Tags })),
    ];
  },
  remove: async (cloud, { id }, { details, signal }) => {
    if (id.startsWith("vol-")) return removeVolume(cloud, id, details, signal);
    await terminate(cloud, id, details, signal);
    // Volumes that do not go with the instance become free only now.
    for (const { VolumeId } of await findVolumes(cloud, details)) await removeVolume(cloud, VolumeId!, details, signal);
  },
  manualCommand: (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
};

async function findInstances(cloud: Cloud, { region, token }: OwnedDetails) {
  const answer = await cloud.ec2(region).call("DescribeInstances", { Filters: byToken(token) });
  const all = answer.Reservations?.flatMap(({ Instances }) => Instances ?? []) ?? [];
  return all.filter((one) => one.State?.Name !== "terminated");
}

/** Free ones: those still attached go with their instance, or become free then. */
async function findVolumes(cloud: Cloud, { region, token, keepsVolumes }: OwnedDetails) {
  if (keepsVolumes) return [];
  const answer = await cloud.ec2(region).call("DescribeVolumes", { Filters: byToken(token) });
  return (answer.Volumes ?? []).filter(({ State }) => State === "available" || State === "creating");
}

/** Older instances that are not found have been terminated by somebody else, long ago. */
const YOUNG_MS = 10 * 60_000;
const TERMINATED_MS = 10 * 60_000;
/** How many answers in a row without the instance make it count as gone, once its token is not found either. */
const MISSING = 10;
/** After how many answers in which it neither ends nor has ended it is terminated once more. */
const ASK_AGAIN = 3;

/**
 * "Not found" does not mean terminated (EC2 user guide, eventual consistency): only the state does. An instance that is
 * neither terminated nor terminating is terminated again: an earlier request (the build's stop, abandoned by an
 * interrupt while it was in flight) may have arrived after ours.
 */
async function terminate(
  cloud: Cloud,
  id: string,
  { region, token, at }: OwnedDetails,
  signal: AbortSignal,
): Promise<void> {
  const young = Date.now() - at < YOUNG_MS;
  const deadline = performance.now() + TERMINATED_MS;
  let missing = 0;
  let ended: "ended" | "still there" | undefined;
  do {
    await unlessGone(cloud.ec2(region).call("TerminateInstances", { InstanceIds: [id] }, { young, signal }));
    let seenThere = 0;
    ended = await cloud.poller(region).wait("instance", id, {
      until: (instance) => {
        const state = instance?.State?.Name;
        missing = instance ? 0 : missing + 1;
        if (state === "terminated" || missing >= MISSING) return "ended";
        if (state !== undefined && state !== "shutting-down") seenThere++;
        if (seenThere >= ASK_AGAIN) return "still there";
        return undefined;
      },
      expectedMs: 30_000,
      timeoutMs: deadline - performance.now(),
      signal,
    });
  } while (ended === "still there");
  if (ended === undefined) throw new BuildError(`The instance ${id} is not terminated after 10 minutes`);
  if (missing >= MISSING && (await findInstances(cloud, { region, token } as OwnedDetails)).length > 0) {
    throw new BuildError(`EC2 does not say what became of the instance ${id}`);
  }
}

async function removeVolume(cloud: Cloud, id: string, { region }: OwnedDetails, signal: AbortSignal): Promise<void> {
  await unlessGone(cloud.ec2(region).call("DeleteVolume", { VolumeId: id }, { signal }));
}
