import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { parseChecksum } from "../../lib/checksum-spec.ts";
import { invariant } from "../../lib/invariant.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { Run } from "../../sdk/run.ts";
import { download } from "../../steps/download.ts";
import type { SessionConfig } from "./options/common-config.ts";
import type { VirtualBoxVersion } from "./driver/version.ts";

const VENDOR = "https://download.virtualbox.org/virtualbox";

/** The guest additions ISO as a file of this computer; `undefined` where the template wants none. */
export async function guestAdditions(
  run: Run,
  config: SessionConfig,
  version: VirtualBoxVersion,
  installedIso: string | undefined,
): Promise<string | undefined> {
  if (config.guest_additions_mode === "disable") return undefined;
  const url = config.guest_additions_url?.render({ Version: version.text }) ?? "";
  const digest = config.guest_additions_sha256 ?? "";
  if (url === "" && installedIso !== undefined && (await isReadable(installedIso))) {
    run.say(`Using VirtualBox's own guest additions: ${installedIso}`);
    return installedIso;
  }
  const folder = `${VENDOR}/${version.text}`;
  const source = url === "" ? `${folder}/VBoxGuestAdditions_${version.text}.iso` : url;
  const checksum = parseChecksum(
    digest !== "" ? `sha256:${digest}` : url === "" ? `file:${folder}/SHA256SUMS` : "none",
  );
  invariant(checksum.kind !== "invalid", "a checksum made here is well-formed");
  const { path } = await download(run, {
    label: "guest additions",
    urls: [source],
    checksum,
    extension: "iso",
  });
  return path;
}

/** Tells the guest the version of VirtualBox, as Packer does: scripts in templates read this file. */
export async function uploadVersionFile(
  run: Run,
  config: SessionConfig,
  communicator: Communicator,
  version: VirtualBoxVersion,
): Promise<void> {
  const path = config.virtualbox_version_file;
  if (path === "" || config.communicator === "none") return;
  await run.step("upload version file", async ({ signal }) => {
    run.debug("virtualbox", `${path} in the guest: ${version.text}`);
    await communicator.upload(Buffer.from(version.text), path, { signal });
  });
}

export async function uploadAdditions(
  run: Run,
  config: SessionConfig,
  communicator: Communicator,
  version: VirtualBoxVersion,
  iso: string | undefined,
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
