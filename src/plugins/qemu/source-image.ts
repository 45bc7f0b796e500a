import { request } from "undici";
import { errorMessage } from "../../lib/error-text.ts";
import { isoUrls } from "../../sdk/schema/iso.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { downloadIso } from "../../steps/download.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** The installation media or source disk: a downloaded file, or with `iso_skip_cache` a URL QEMU reads by itself. */
export async function sourceImage(run: Run, config: QemuConfig): Promise<string> {
  if (!config.iso_skip_cache) {
    const { path } = await downloadIso(run, config);
    return path;
  }
  return run.step("check image server", async ({ signal }) => {
    const reasons: string[] = [];
    for (const url of isoUrls(config)) {
      const reason = await whyNotBootable(url, signal);
      if (reason === undefined) return url;
      reasons.push(`${url}: ${reason}`);
    }
    throw new BuildError(`No iso_url can be booted from without downloading it:\n${reasons.join("\n")}`, {
      hint: "Leave iso_skip_cache out to download the image first.",
    });
  });
}

/** QEMU reads a CD over HTTP in pieces, so the server has to answer range requests. */
async function whyNotBootable(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await request(url, { method: "HEAD", signal });
    await response.body.dump();
    if (response.statusCode !== 200) return `the server answers with status ${response.statusCode}`;
    if (response.headers["accept-ranges"] === "bytes") return undefined;
    return 'the server does not offer range requests (no "Accept-Ranges: bytes")';
  } catch (error) {
    signal.throwIfAborted();
    return errorMessage(error);
  }
}
