import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expandPath } from "../../../sdk/expand-path.ts";
import type { Builder, CheckPlaces } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { missingFiles } from "../../../sdk/missing-files.ts";
import type { Run } from "../../../sdk/run.ts";
import { anyUserDataIssues, inUserDataFile } from "../../../sdk/schema/cloud-config.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import { checkLoginFiles } from "../../../steps/check-login-files.ts";
import type { RunConfig } from "./options/run.ts";

const LIMIT_BYTES = 16 * 1024;

/** For `checkFiles` of Amazon's builders. */
export const checkAmazonFiles: NonNullable<Builder<AmazonFiles>["checkFiles"]> = async (config, places) => {
  const names = ["user_data_file", "shared_credentials_file"] as const;
  const files = names.flatMap((name) => (config[name] ? [[[name], expanded(config[name], places)] as const] : []));
  const missing = await missingFiles(files, places.work);
  return [...missing, ...(await userDataFileIssues(config, places)), ...(await checkLoginFiles(config, places))];
};

/** A file that is not there, or cannot be read, is said elsewhere. */
async function userDataFileIssues(
  { user_data_file: file }: AmazonFiles,
  places: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  if (!file) return [];
  const text = await readFile(resolve(places.work, expanded(file, places)), "utf8").catch(() => "");
  return inUserDataFile(file, text, anyUserDataIssues(text, ["user_data_file"]));
}

type AmazonFiles = RunConfig & CommunicatorConfig & { readonly shared_credentials_file?: string | undefined };

const expanded = (file: string, places: CheckPlaces): string =>
  file.startsWith("~") ? expandPath({ host: places.host, directories: places }, file) : file;

/** User data as the API takes it. As Packer does, text that is already base64 goes as it is. */
export async function userData(run: Run, config: RunConfig): Promise<string | undefined> {
  const bytes = await readUserData(run, config);
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8").trim();
  const encoded = isBase64(text) ? text : bytes.toString("base64");
  const size = Buffer.from(encoded, "base64").length;
  if (size <= LIMIT_BYTES) return encoded;
  throw new BuildError(`The user data has ${size} bytes, and EC2 takes at most ${LIMIT_BYTES}.`, {
    hint: isGzip(bytes) ? undefined : COMPRESS_HINT,
  });
}

const COMPRESS_HINT = "cloud-init reads gzip as well: compress it, and give the file as user_data_file.";

async function readUserData(run: Run, { user_data, user_data_file: path }: RunConfig): Promise<Buffer> {
  if (!path) return Buffer.from(user_data ?? "", "utf8");
  try {
    return await readFile(expandPath(run, path));
  } catch (cause) {
    throw new BuildError(`user_data_file "${path}" cannot be read.`, { cause });
  }
}

/** Text such as "echo" decodes as well, but to nothing anybody means: what it decodes to has to be text or gzip. */
function isBase64(text: string): boolean {
  const compact = text.replaceAll(/\s/g, "");
  if (compact.length < 8 || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return false;
  const decoded = Buffer.from(compact, "base64");
  return isGzip(decoded) || !decoded.toString("utf8").includes("\ufffd");
}

function isGzip(bytes: Buffer): boolean {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b && gunzipSync(bytes).length >= 0;
  } catch {
    return false;
  }
}
