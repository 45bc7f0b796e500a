import { readPart } from "../../../lib/read-at.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { LayerNames } from "./layers.ts";
import { qcow2Links } from "./qcow2-links.ts";

export interface OwnFiles {
  readonly chains: readonly LayerNames[];
  /** Where an image is, by its name. */
  readonly path: (name: string) => string;
  /** What the first disk may lie over. */
  readonly backing: string | undefined;
  /** Discs and floppy disks, whose format QEMU finds out by itself. */
  readonly media: readonly string[];
}

/**
 * A checkpoint may come from a store that others write to, and an image can name any file of this computer, which the guest
 * would then see. Rejects where one names anything but the image below it.
 */
export async function requireOwnFiles({ chains, path, backing, media }: OwnFiles): Promise<void> {
  for (const [disk, chain] of chains.entries()) {
    for (const [index, name] of chain.entries()) {
      const below = index === 0 ? baseOf(disk, backing) : [chain[index - 1]];
      const links = await qcow2Links(path(name));
      if (!links) throw new BuildError(`its image "${name}" is no qcow2 image`);
      if (links.hasDataFile) throw new BuildError(`its image "${name}" has its data in another file`);
      if (!below.includes(links.backing))
        throw new BuildError(`its image "${name}" lies over ${links.backing ?? "nothing"}`);
    }
  }
  for (const medium of media) {
    if (!(await isPlainMedium(medium))) throw new BuildError("its disc is no disc, but an image of another format");
  }
}

const baseOf = (disk: number, backing: string | undefined): readonly (string | undefined)[] =>
  disk === 0 && backing !== undefined ? [backing] : [undefined];

/** What a disc and a floppy disk begin with: nothing, or a jump. Every format that can name other files begins with a letter or a sign. */
const PLAIN = [0x00, 0xeb, 0xe9];

async function isPlainMedium(path: string): Promise<boolean> {
  const [first] = await readPart(path, 0, 1);
  return first !== undefined && PLAIN.includes(first);
}
