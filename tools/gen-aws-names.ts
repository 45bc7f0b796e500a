import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { _InstanceType } from "@aws-sdk/client-ec2";

/**
 * Writes the names of regions and of instance types that the SDK knows into `src/plugins/amazon/aws/known-names.ts`, so that
 * `validate` need not load the SDK. `npx tsx tools/gen-aws-names.ts FILE` writes elsewhere (a test compares that with what is
 * committed); run it after each new version of the SDK.
 */
const file = process.argv[2] ?? "src/plugins/amazon/aws/known-names.ts";

/** The SDK exports no list of regions; this is where its endpoints come from. */
const PARTITIONS = "node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";

interface Partitions {
  readonly partitionsInfo: { readonly partitions: readonly { readonly regions: Readonly<Record<string, unknown>> }[] };
}

await writeFile(file, source(await regions(), sizesByFamily()));

async function regions(): Promise<readonly string[]> {
  const { partitionsInfo } = (await import(pathToFileURL(resolve(PARTITIONS)).href)) as Partitions;
  const names = partitionsInfo.partitions.flatMap(({ regions }) => Object.keys(regions));
  return names.filter((name) => !name.endsWith("-global")).sort();
}

function sizesByFamily(): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  for (const type of Object.values(_InstanceType).sort()) {
    const [family = "", size = ""] = type.split(".");
    families.set(family, [...(families.get(family) ?? []), size]);
  }
  return families;
}

function source(regions: readonly string[], families: ReadonlyMap<string, readonly string[]>): string {
  const sizes = [...families].map(
    ([family, names]) => `  ${JSON.stringify(family)}: ${JSON.stringify(names.join(" "))},`,
  );
  return `// Generated from the SDK by \`tools/gen-aws-names.ts\`. Do not edit.

export const REGIONS =
  ${JSON.stringify(regions.join(" "))}.split(" ");

/** The sizes of each family of instances. */
export const INSTANCE_SIZES: Readonly<Record<string, string>> = {
${sizes.join("\n")}
};
`;
}
