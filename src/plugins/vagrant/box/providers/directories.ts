import { basename, relative, sep } from "node:path";
import { fileEntry } from "../../../../lib/archive/entry.ts";
import type { BoxContent, BoxProvider } from "../provider.ts";

/** Boxes that are the artifact's own files, flat or below a directory the hypervisor expects. */
export const vmware = directory("vmware_desktop", () => undefined);
export const lxc: BoxProvider = { ...directory("lxc", () => undefined, { version: "1.0.0" }) };
export const parallels = directory("parallels", (parts) => parts.findIndex((part) => /\.(pvm|macvm)$/.test(part)));

const HYPERV_DIRECTORIES = new Set(["Virtual Machines", "Virtual Hard Disks", "Snapshots"]);
export const hyperv = directory("hyperv", (parts) => parts.findIndex((part) => HYPERV_DIRECTORIES.has(part)));

/** `root` gives the index of the path's part that becomes the top of the box; none (or -1) means the file alone. */
function directory(
  name: string,
  root: (parts: readonly string[]) => number | undefined,
  metadata: Readonly<Record<string, unknown>> = {},
): BoxProvider {
  return {
    name,
    async content(artifact, signal): Promise<BoxContent> {
      const files = [...artifact.files].sort();
      const entries = files.map((file) => fileEntry(file, nameInBox(file, root), signal));
      return { metadata, vagrantfile: [], entries: await Promise.all(entries) };
    },
  };
}

function nameInBox(file: string, root: (parts: readonly string[]) => number | undefined): string {
  const parts = relative(sep, file).split(sep);
  const top = root(parts);
  return top === undefined || top < 0 ? basename(file) : parts.slice(top).join("/");
}
