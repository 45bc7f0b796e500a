import { basename, relative, sep } from "node:path";
import { fileEntry } from "../../../../lib/archive/entry.ts";
import type { BoxContent, BoxProvider } from "../provider.ts";

/** Boxes that are the artifact's own files, flat or below a directory the hypervisor expects. */
export const vmware = directory("vmware_desktop", () => -1);
export const lxc = directory("lxc", () => -1, { version: "1.0.0" });
export const parallels = directory("parallels", (parts) => parts.findIndex((part) => /\.(pvm|macvm)$/.test(part)));

const HYPERV_DIRECTORIES = new Set(["Virtual Machines", "Virtual Hard Disks", "Snapshots"]);
export const hyperv = directory("hyperv", (parts) => parts.findIndex((part) => HYPERV_DIRECTORIES.has(part)));

/** The index of the path's part that becomes the top of the box; -1 means the file alone. */
type FindRoot = (parts: readonly string[]) => number;

function directory(name: string, findRoot: FindRoot, metadata: Readonly<Record<string, unknown>> = {}): BoxProvider {
  return {
    name,
    async content(artifact, signal): Promise<BoxContent> {
      const files = [...artifact.files].sort();
      const entries = files.map((file) => fileEntry(file, nameInBox(file, findRoot), signal));
      return { metadata, vagrantfile: [], entries: await Promise.all(entries) };
    },
  };
}

function nameInBox(file: string, findRoot: FindRoot): string {
  const parts = relative(sep, file).split(sep);
  const root = findRoot(parts);
  if (root < 0) return basename(file);
  return parts.slice(root).join("/");
}
