import { stat } from "node:fs/promises";
import { errorWithHint } from "../sdk/error.ts";
import { expandPath } from "../sdk/expand-path.ts";
import type { CheckPlaces } from "../sdk/component.ts";
import { missingFiles } from "../sdk/missing-files.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";
import { error } from "../sdk/schema/rules.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";

type Name =
  "ssh_private_key_file" | "ssh_certificate_file" | "ssh_bastion_private_key_file" | "ssh_bastion_certificate_file";

type LoginFiles = Partial<CommunicatorConfig>;

/**
 * For `checkFiles` of builders that log in: keys and certificates that are not there, or that the build could not use.
 * They are read as the build reads them.
 */
export async function checkLoginFiles(config: LoginFiles, places: CheckPlaces): Promise<readonly ConfigIssue[]> {
  if (config.communicator !== "ssh") return [];
  const names: Name[] = ["ssh_private_key_file", "ssh_certificate_file"];
  if (config.ssh_bastion_host) names.push("ssh_bastion_private_key_file", "ssh_bastion_certificate_file");
  const issues = await Promise.all(names.map((name) => checkFile(name, config, places)));
  return issues.flat();
}

async function checkFile(name: Name, config: LoginFiles, places: CheckPlaces): Promise<readonly ConfigIssue[]> {
  const file = config[name];
  if (!file) return [];
  const path = expandPath({ host: places.host, directories: places }, file);
  const isThere = await stat(path).then(
    (stats) => !stats.isDirectory(),
    () => false,
  );
  if (!isThere) return missingFiles([[[name], file.startsWith("~") ? path : file]], places.work);
  const problem = await unusable(name, config, places);
  return problem === undefined ? [] : [error("unusable-key", [name], "Unusable key file", problem)];
}

/** Why the build could not log in with the file, as a sentence. */
async function unusable(name: Name, config: LoginFiles, places: CheckPlaces): Promise<string | undefined> {
  const { readCertificate, readKey } = await import("../communicators/ssh/ssh-settings.ts");
  const reader = { host: places.host, directories: places, secret: () => {} };
  const reading = name.endsWith("certificate_file")
    ? readCertificate(reader, config[name])
    : readKey(reader, config[name], config.ssh_private_key_passphrase);
  return reading.then(
    () => undefined,
    (failure: unknown) => `${errorWithHint(failure).replace(/\.?$/, ".")}`,
  );
}
