import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { error } from "../sdk/schema/rules.ts";
import type { CdConfig } from "../sdk/schema/cd.ts";
import type { FloppyConfig } from "../sdk/schema/floppy.ts";
import type { CheckPlaces } from "../sdk/component.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";
import type { HttpConfig } from "../sdk/schema/http.ts";
import { isoUrls, type IsoConfig } from "../sdk/schema/iso.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";
import { parseChecksum } from "../lib/checksum-spec.ts";
import { exists } from "../owned/owned-path.ts";
import { checkLoginFiles } from "./check-login-files.ts";
import { parseSource } from "./download/place.ts";
import { checkHttpTemplates } from "./http/check-templates.ts";
import { expand } from "./media-files.ts";

type MachineFiles = Partial<HttpConfig & FloppyConfig & CdConfig & IsoConfig & CommunicatorConfig>;

/** For `checkFiles` of machine builders: every file their shared arguments name that is not there. Asks no server. */
export async function checkMachineFiles(config: MachineFiles, places: CheckPlaces): Promise<readonly ConfigIssue[]> {
  const { work } = places;
  const patterns = (["floppy_files", "floppy_dirs", "cd_files"] as const).flatMap((name) =>
    (config[name] ?? []).map((pattern, index) => missingPattern([name, index], pattern, work)),
  );
  const issues = await Promise.all([
    missingDirectory(config.http_directory, work),
    missingImage(config, work),
    missingChecksums(config, work),
    checkLoginFiles(config, places),
    ...patterns,
  ]);
  return issues.flat();
}

async function missingPattern(
  path: ConfigIssue["path"],
  pattern: string,
  work: string,
): Promise<readonly ConfigIssue[]> {
  if ((await expand(pattern, work)).length > 0) return [];
  return [error("missing-file", path, "File not found", `No file matches "${pattern}" (looked for from ${work}).`)];
}

async function missingDirectory(directory: string | undefined, work: string): Promise<readonly ConfigIssue[]> {
  if (!directory) return [];
  const stats = await stat(resolve(work, directory)).catch(() => undefined);
  if (stats?.isDirectory()) return checkHttpTemplates(resolve(work, directory));
  const missing = `There is no directory "${directory}" (looked for from ${work}).`;
  const detail = stats ? `"${directory}" is not a directory.` : missing;
  return [error("missing-file", ["http_directory"], "Directory not found", detail)];
}

/** Only when it can come from nowhere else. */
async function missingImage(config: MachineFiles, work: string): Promise<readonly ConfigIssue[]> {
  const urls = isoUrls(config);
  const missing = await Promise.all(urls.map((url) => isMissing(url, work)));
  if (urls.length === 0 || missing.includes(false)) return [];
  const name = config.iso_url === undefined ? "iso_urls" : "iso_url";
  const files = urls.map((url) => `"${url}"`).join(", ");
  const detail = `There is no file ${files} (looked for from ${work}).`;
  return [{ ...error("missing-file", [name], "File not found", detail), ofHost: true }];
}

/** A checksum file is part of the template, unlike the image. */
async function missingChecksums({ iso_checksum }: MachineFiles, work: string): Promise<readonly ConfigIssue[]> {
  const checksum = parseChecksum(iso_checksum ?? "none");
  if (checksum.kind !== "file" || !(await isMissing(checksum.location, work))) return [];
  const detail = `There is no checksum file "${checksum.location}" (looked for from ${work}).`;
  return [error("missing-file", ["iso_checksum"], "File not found", detail)];
}

async function isMissing(url: string, work: string): Promise<boolean> {
  if (/^https?:/i.test(url)) return false;
  try {
    const source = parseSource(url, work);
    return source.kind === "local" && !(await exists(source.path));
  } catch {
    return false;
  }
}
