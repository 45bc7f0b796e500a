import type { Reaper, ReaperTable } from "../../sdk/journal.ts";
import type { Plugin } from "../../sdk/plugin.ts";

/** Amazon EC2: images, volumes, imports, and what can be asked of an account. */
export const amazon: Plugin = {
  name: "amazon",
  source: "github.com/hashicorp/amazon",
  version: "1.8.2",
  builders: {
    "amazon-ebs": async () => (await import("./builders/ebs.ts")).builder,
    "amazon-ebssurrogate": async () => (await import("./builders/ebssurrogate.ts")).builder,
    "amazon-ebsvolume": async () => (await import("./builders/ebsvolume.ts")).builder,
  },
  postProcessors: {
    "amazon-import": async () => (await import("./import/amazon-import.ts")).postProcessor,
  },
  dataSources: {
    "amazon-ami": async () => (await import("./data-sources/amazon-ami.ts")).dataSource,
    "amazon-caller-identity": async () => (await import("./data-sources/amazon-caller-identity.ts")).dataSource,
    "amazon-parameterstore": async () => (await import("./data-sources/amazon-parameterstore.ts")).dataSource,
    "amazon-secretsmanager": async () => (await import("./data-sources/amazon-secretsmanager.ts")).dataSource,
  },
  storePlaces: { s3: async () => (await import("./store/s3-place.ts")).openS3Place },
  reapers: reaperTable(
    "ec2-image",
    "ec2-import-task",
    "ec2-instance",
    "ec2-key-pair",
    "ec2-launch-template",
    "ec2-security-group",
    "ec2-snapshot",
    "iam-instance-profile",
    "s3-object",
  ),
};

function reaperTable(...kinds: readonly string[]): ReaperTable {
  return Object.fromEntries(kinds.map((kind) => [kind, () => loadReaper(kind)]));
}

async function loadReaper(kind: string): Promise<Reaper> {
  return (await import("./aws/reapers.ts")).amazonReapers.get(kind)!;
}
