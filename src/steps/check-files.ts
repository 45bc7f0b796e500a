import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { error, warning } from "../sdk/schema/rules.ts";
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
import { checkUserDataFiles } from "./check-user-data.ts";
import { checkHttpTemplates } from "./http/check-templates.ts";
import { expand, isPattern } from "./media-files.ts";

type MachineFiles = Partial<HttpConfig & FloppyConfig & CdConfig & IsoConfig & CommunicatorConfig>;

/** For `checkFiles` of machine builders: every file their shared arguments name that is not there. Asks no server. */
export async function checkMachineFiles(config: MachineFiles, places: CheckPlaces): Promise<readonly ConfigIssue[]> {
  const { work } = places;
  const patterns = (["floppy_files", "floppy_dirs", "cd_files"] as const).flatMap((name) =>
    (config[name] ?? []).map((pattern, index) => checkPattern([name, index], pattern, work)),
  );
  const issues = await Promise.all([
    checkDirectory(config.http_directory, work),
    missingImage(config, work),
    missingChecksums(config, work),
    checkLoginFiles(config, places),
    ...patterns,
  ]);
  return issues.flat();
}

async function checkPattern(path: ConfigIssue["path"], pattern: string, work: string): Promise<readonly ConfigIssue[]> {
  const found = await expand(pattern, work);
  if (found.length > 0) return checkUserDataFiles(found, path, work);
  const detail = `No file matches "${pattern}" (looked for from ${work}).`;
  // A pattern says "what there is"; in Packer that may be nothing, too.
  if (isPattern(pattern)) return [warning("no-match", path, "Nothing matches", `${detail} It is left out.`)];
  return [error("missing-file", path, "File not found", detail)];
}

async function checkDirectory(directory: string | undefined, work: string): Promise<readonly ConfigIssue[]> {
  if (!directory) return [];
  const path = resolve(work, directory);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) {
    return [...(await checkHttpTemplates(path)), ...(await checkUserDataFiles([path], ["http_directory"], work))];
  }
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

/** A file to download that is on this machine, or should be: it belongs to the machine that builds. */
export async function missingDownload(name: string, url: string, work: string): Promise<readonly ConfigIssue[]> {
  if (!(await isMissing(url, work))) return [];
  const detail = `There is no file "${url}" (looked for from ${work}).`;
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
