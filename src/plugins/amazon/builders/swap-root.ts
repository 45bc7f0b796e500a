import type { Instance } from "@aws-sdk/client-ec2";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import type { EbssurrogateConfig } from "./options/ebssurrogate.ts";
import { volumeOf } from "./snapshots.ts";

const SETTLE_MS = 5 * 60_000;

/** Attaches the surrogate volume where the root of the stopped machine was. Both volumes go with the machine. */
export async function swapRootVolume(
  build: AmazonBuild,
  config: EbssurrogateConfig,
  instance: Instance,
): Promise<void> {
  await build.run.step("swap the root volume", async ({ signal }) => {
    const { cloud } = build;
    const InstanceId = instance.InstanceId!;
    const rootName = instance.RootDeviceName ?? build.source.RootDeviceName ?? config.ami_root_device.device_name;
    const surrogate = await volumeOf(build, instance, config.ami_root_device.source_device_name);
    const root = await volumeOf(build, instance, rootName);
    for (const VolumeId of [surrogate, root]) {
      await cloud.ec2().call("DetachVolume", { VolumeId, InstanceId }, { young: true, signal });
      await untilVolume(build, VolumeId, { state: "available", signal });
    }
    const attachment = { VolumeId: surrogate, InstanceId, Device: rootName };
    await cloud.ec2().call("AttachVolume", attachment, { young: true, signal });
    await untilVolume(build, surrogate, { state: "in-use", signal });
  });
}

async function untilVolume(
  { cloud }: AmazonBuild,
  id: string,
  { state, signal }: { readonly state: string; readonly signal: AbortSignal },
): Promise<void> {
  const done = await cloud.poller().wait("volume", id, {
    until: (volume) => volume?.State === state || undefined,
    expectedMs: 5000,
    timeoutMs: cloud.waitLimitMs(SETTLE_MS),
    signal,
  });
  if (done === undefined) throw new BuildError(`The volume ${id} does not become ${state}.`);
}
