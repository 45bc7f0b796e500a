import { open } from "node:fs/promises";
import { basename } from "node:path";
import { fileEntry } from "../../../../lib/archive/entry.ts";
import { BUILDER_ID, type QemuState } from "../../../../sdk/artifact-state.ts";
import { stateOf, type Artifact } from "../../../../sdk/artifact.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { providerBlock, rubyString, type BoxContent, type BoxProvider } from "../provider.ts";

const GIB = 1024 ** 3;
/** Accelerators under which libvirt has to emulate; the others are kvm. */
const EMULATED = new Set(["none", "tcg", "hvf", "whpx", "hax", "qemu"]);

/** Boxes as vagrant-libvirt reads them (its docs, "box format"): the list of disks, and the older single-disk keys too. */
export const libvirt: BoxProvider = {
  name: "libvirt",
  async content(artifact, signal): Promise<BoxContent> {
    const state = stateOf(artifact, BUILDER_ID.qemu);
    const disks = diskPaths(artifact, state);
    const format = state.diskType ?? "qcow2";
    const entries = await Promise.all(disks.map((path, index) => fileEntry(path, `box_${index}.img`, signal)));
    const bytes = await virtualBytes(disks[0]!, format);
    const virtualSize = Math.ceil(bytes / GIB);
    const firmware = await uefi(state, signal);
    return {
      metadata: { format, virtual_size: virtualSize, disks: entries.map(({ name }) => ({ path: name, format })) },
      vagrantfile: providerBlock("libvirt", "libvirt", [
        `libvirt.driver = ${rubyString(driver(state))}`,
        ...firmware.statements,
      ]),
      entries: [...firmware.entries, ...entries],
    };
  },
};

function diskPaths(artifact: Artifact, state: Partial<QemuState>): readonly string[] {
  const { diskPaths: stated = [], diskName: name = "" } = state;
  if (stated.length > 0) return stated;
  const found = artifact.files.filter((file) => name !== "" && basename(file).startsWith(name));
  if (found.length > 0) return found;
  const images = artifact.files.filter((file) => /\.(qcow2|img|raw)$/.test(file));
  if (images.length > 0) return images;
  const names = artifact.files.map((file) => basename(file)).join(", ") || "none";
  throw new BuildError("The artifact has no disk image to put into a libvirt box.", {
    hint: `Its files are: ${names}.`,
  });
}

function driver({ domainType = "kvm" }: Partial<QemuState>): string {
  return EMULATED.has(domainType) ? "qemu" : "kvm";
}

/** Source: docs/interop/qcow2.txt of QEMU: the virtual size is the big-endian 64-bit number at byte 24. */
async function virtualBytes(path: string, format: string): Promise<number> {
  const handle = await open(path, "r");
  try {
    if (format !== "qcow2") return (await handle.stat()).size;
    const header = Buffer.alloc(32);
    await handle.read(header, 0, header.length, 0);
    if (header.readUInt32BE(0) !== 0x514649fb) throw new BuildError(`${basename(path)} is not a qcow2 image.`);
    return Number(header.readBigUInt64BE(24));
  } finally {
    await handle.close();
  }
}

async function uefi(
  { efiVarsPath, efiCodePath }: Partial<QemuState>,
  signal: AbortSignal,
): Promise<Pick<BoxContent, "entries"> & { statements: string[] }> {
  if (efiVarsPath === undefined) return { entries: [], statements: [] };
  const statements = [`libvirt.nvram = File.expand_path('../efivars.fd', __FILE__)`];
  if (efiCodePath !== undefined) statements.unshift(`libvirt.loader = ${rubyString(efiCodePath)}`);
  return { entries: [await fileEntry(efiVarsPath, "efivars.fd", signal)], statements };
}
