import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { BuildError } from "../../../sdk/error.ts";
import { expandPath } from "../../../sdk/expand-path.ts";
import type { CloudContext } from "./cloud-context.ts";
import type { AccessConfig } from "./options/access.ts";

/** A profile that the template names has to be in one of the shared files; the SDK only says that there are no credentials. */
export async function requireProfile(run: CloudContext, config: AccessConfig): Promise<void> {
  const { profile } = config;
  if (!profile) return;
  const files = sharedFiles(run, config);
  const known = (await Promise.all(files.map(profilesIn))).flat();
  if (known.includes(profile)) return;
  throw new BuildError(`profile "${profile}" is in neither of the shared files (${files.join(", ")}).`, {
    hint: didYouMean(profile, known).trim() || "List them with: aws configure list-profiles",
  });
}

function sharedFiles(run: CloudContext, { shared_credentials_file: given }: AccessConfig): readonly string[] {
  const { env, homeDir } = run.host;
  const inHome = (name: string) => join(homeDir, ".aws", name);
  const credentials = given ? expandPath(run, given) : env["AWS_SHARED_CREDENTIALS_FILE"];
  return [credentials || inHome("credentials"), env["AWS_CONFIG_FILE"] || inHome("config")];
}

/** `[name]` and `[profile name]`; none in a file that is not there or cannot be read. */
async function profilesIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const heads = text.matchAll(/^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/gm);
  return [...heads].map(([, name]) => name!);
}
