import { sha256OfFile } from "../../sdk/file-digest.ts";
import type { VagrantBox } from "./vagrant-box.ts";

export interface ChecksumSource {
  readonly config: { readonly box_checksum?: string | undefined };
  readonly box: VagrantBox;
  /** Where the box can be had, if it is not uploaded. */
  readonly downloadUrl: string | undefined;
}

export interface BoxChecksum {
  readonly type?: string | undefined;
  readonly digest?: string | undefined;
}

/** As `box_checksum` says; else, of a box that is uploaded, its SHA-256. */
export async function boxChecksum(
  { config, box, downloadUrl }: ChecksumSource,
  signal: AbortSignal,
): Promise<BoxChecksum> {
  const [type, digest] = config.box_checksum?.split(":") ?? [];
  if (type !== undefined || downloadUrl !== undefined) return { type, digest };
  return { type: "sha256", digest: await sha256OfFile(box.path, box.digest, { signal }) };
}
