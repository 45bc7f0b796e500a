import { BuildError } from "../../../sdk/error.ts";
import { poll } from "../../../lib/retry.ts";
import type { AmazonBuild } from "./build.ts";
import type { FastLaunchConfig } from "./options/fast-launch.ts";
import type { MadeImage } from "./create-image.ts";

/** Prepares Windows images for fast launch, and waits until EC2 has taken it up (not until every snapshot is made). */
export async function enableFastLaunch(
  build: AmazonBuild,
  config: FastLaunchConfig,
  images: readonly MadeImage[],
): Promise<void> {
  await build.run.step("enable fast launch", async ({ signal }) => {
    for (const { region, id } of images) {
      const own = config.region_launch_templates.find((template) => template.region === region);
      if (own?.enable_fast_launch === false) continue;
      const ec2 = build.cloud.ec2(region);
      build.run.say(`Enabling fast launch of AMI ${id} in ${region}`);
      const input = {
        ImageId: id,
        ResourceType: "snapshot",
        MaxParallelLaunches: config.max_parallel_launches,
        SnapshotConfiguration: snapshotConfiguration(config),
        ...(await launchTemplate(build, own ?? config, region)),
      };
      await ec2.call("EnableFastLaunch", input, { young: true, signal });
      await poll(() => isTakenUp(build, region, id), {
        intervalMs: 5000,
        timeoutMs: build.cloud.waitLimitMs(30 * 60_000),
        signal,
      });
    }
  });
}

function snapshotConfiguration({ target_resource_count: count }: FastLaunchConfig) {
  return count === undefined ? undefined : { TargetResourceCount: count };
}

type TemplateChoice = Pick<FastLaunchConfig, "template_id" | "template_name" | "template_version">;

async function launchTemplate({ cloud }: AmazonBuild, choice: TemplateChoice, region: string) {
  const { template_id: id, template_name: name, template_version: version } = choice;
  if (!id && !name) return {};
  const question = id ? { LaunchTemplateIds: [id] } : { LaunchTemplateNames: [name!] };
  const { LaunchTemplates } = await cloud.ec2(region).call("DescribeLaunchTemplates", question);
  const found = LaunchTemplates?.[0];
  if (!found) throw new BuildError(`There is no launch template ${id ?? name} in ${region}.`);
  const Version = String(version ?? found.LatestVersionNumber ?? "$Latest");
  return { LaunchTemplate: { LaunchTemplateId: found.LaunchTemplateId, Version } };
}

async function isTakenUp({ cloud }: AmazonBuild, region: string, id: string): Promise<true | undefined> {
  const { FastLaunchImages } = await cloud.ec2(region).call("DescribeFastLaunchImages", { ImageIds: [id] });
  const [image] = FastLaunchImages ?? [];
  if (image?.State?.endsWith("failed")) {
    throw new BuildError(`Fast launch of ${id} failed: ${image.StateTransitionReason}.`);
  }
  return image?.State === "enabled" || undefined;
}
