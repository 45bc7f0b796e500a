import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { parseChecksum } from "../../lib/checksum-spec.ts";
import { invariant } from "../../lib/invariant.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { Run } from "../../sdk/run.ts";
import { download } from "../../steps/download.ts";
import type { VirtualBoxVersion } from "./driver/version.ts";
import type { VirtualBoxFacts } from "./facts.ts";
import type { CommonConfig } from "./options/common-config.ts";

const VENDOR = "https://download.virtualbox.org/virtualbox";

/** The guest additions ISO as a file of this computer; `undefined` where the template wants none. */
export async function guestAdditions(
  run: Run,
  config: CommonConfig,
  { driver: { version }, additionsIso: installed }: VirtualBoxFacts,
): Promise<string | undefined> {
  if (config.guest_additions_mode === "disable") return undefined;
  const url = config.guest_additions_url?.render({ Version: version.text }) ?? "";
  if (url === "" && installed !== undefined && (await isReadable(installed))) {
    run.say(`Using VirtualBox's own guest additions: ${installed}`);
    return installed;
  }
  const vendor = vendorDownload(version);
  const checksum = parseChecksum(checksumSpec(config.guest_additions_sha256 ?? "", url === "" ? vendor.checksums : ""));
  invariant(checksum.kind !== "invalid", "a checksum made here is well-formed");
  const { path } = await download(run, {
    label: "guest additions",
    urls: [url === "" ? vendor.iso : url],
    checksum,
    extension: "iso",
  });
  return path;
}

function vendorDownload({ text }: VirtualBoxVersion): { readonly iso: string; readonly checksums: string } {
  const folder = `${VENDOR}/${text}`;
  return { iso: `${folder}/VBoxGuestAdditions_${text}.iso`, checksums: `${folder}/SHA256SUMS` };
}

/** The user's own digest comes first, then a list of checksums. An empty string means that there is none. */
function checksumSpec(digest: string, list: string): string {
  if (digest !== "") return `sha256:${digest}`;
  return list === "" ? "none" : `file:${list}`;
}

export interface GuestUpload {
  readonly communicator: Communicator;
  readonly version: VirtualBoxVersion;
}

/** Puts VirtualBox's version into a file of the guest, as Packer does: scripts in templates read it. */
export async function uploadVersionFile(
  run: Run,
  config: CommonConfig,
  { communicator, version }: GuestUpload,
): Promise<void> {
  const path = config.virtualbox_version_file;
  if (path === "" || config.communicator === "none") return;
  await run.step("upload version file", async ({ signal }) => {
    run.debug("virtualbox", `${path} in the guest: ${version.text}`);
    await communicator.upload(Buffer.from(version.text), path, { signal });
  });
}

export interface AdditionsUpload extends GuestUpload {
  readonly iso: string | undefined;
}

export async function uploadAdditions(
  run: Run,
  config: CommonConfig,
  { communicator, version, iso }: AdditionsUpload,
): Promise<void> {
  if (iso === undefined || config.guest_additions_mode !== "upload") return;
  await run.step("upload guest additions", async ({ signal }) => {
    const path = config.guest_additions_path.render({ Version: version.text });
    run.say(`Uploading the guest additions to ${path}`);
    const { size } = await stat(iso);
    await communicator.upload(() => createReadStream(iso), path, {
      signal,
      size,
      onProgress: (done, total) => run.progress("guest additions", done, total),
    });
  });
}

async function isReadable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
