import { readPart } from "../../../lib/read-at.ts";
import { BuildError } from "../../../sdk/error.ts";

const SIGNATURE_AT = 64;
const SIGNATURE = 0xbeda107f;

/**
 * A checkpoint may come from a store that others write to, and VirtualBox also takes images that are described in words and
 * name any file of this computer. Rejects what is no image as builds make them. Source: VirtualBox, VDICore.h.
 */
export async function requireVdi(images: readonly string[]): Promise<void> {
  for (const path of images) {
    if (!(await isVdi(path))) throw new BuildError("one of its images is no VDI image");
  }
}

async function isVdi(path: string): Promise<boolean> {
  const signature = await readPart(path, SIGNATURE_AT, 4);
  return signature.length === 4 && signature.readUInt32LE() === SIGNATURE;
}
