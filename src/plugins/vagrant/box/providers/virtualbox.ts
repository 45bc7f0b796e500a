import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileEntry, textEntry, type ArchiveEntry } from "../../../../lib/archive/entry.ts";
import type { Artifact } from "../../../../sdk/artifact.ts";
import { BuildError } from "../../../../sdk/error.ts";
import type { BoxContent, BoxProvider } from "../provider.ts";
import { ovaEntries, readOvaEntry } from "./ova.ts";

export const virtualbox: BoxProvider = {
  name: "virtualbox",
  async content(artifact, signal): Promise<BoxContent> {
    const parts = await partsOf(artifact, signal);
    const mac = baseMac(parts.ovf);
    return {
      vagrantfile: mac ? [`config.vm.base_mac = "${mac}"`] : [],
      // Vagrant looks for box.ovf; the disks keep the names by which it refers to them.
      entries: [textEntry("box.ovf", parts.ovf), ...withoutStrayDisks(parts.rest, parts.ovf)],
    };
  },
};

interface Parts {
  readonly ovf: string;
  readonly rest: readonly ArchiveEntry[];
}

function partsOf(artifact: Artifact, signal: AbortSignal): Promise<Parts> {
  const ova = artifact.files.find((file) => hasExtension(file, ".ova"));
  if (ova) return unpackedParts(ova, signal);
  return plainParts(artifact, signal);
}

async function plainParts(artifact: Artifact, signal: AbortSignal): Promise<Parts> {
  const descriptors = artifact.files.filter((file) => hasExtension(file, ".ovf"));
  if (descriptors.length !== 1) throw notOneDescriptor(descriptors.map((file) => basename(file)));
  const others = artifact.files.filter((file) => file !== descriptors[0]).sort();
  return {
    ovf: await readFile(descriptors[0]!, "utf8"),
    rest: await Promise.all(others.map((file) => fileEntry(file, basename(file), signal))),
  };
}

async function unpackedParts(ova: string, signal: AbortSignal): Promise<Parts> {
  const entries = await ovaEntries(ova, signal);
  const descriptors = entries.filter((entry) => hasExtension(entry.name, ".ovf"));
  if (descriptors.length !== 1) throw notOneDescriptor(descriptors.map((entry) => entry.name));
  return { ovf: await readOvaEntry(descriptors[0]!), rest: entries.filter((entry) => entry !== descriptors[0]) };
}

function notOneDescriptor(found: readonly string[]): BuildError {
  const what = found.length === 0 ? "no .ovf file" : `several .ovf files (${found.join(", ")})`;
  return new BuildError(`The VirtualBox artifact has ${what}; a Vagrant box needs exactly one.`, {
    hint: 'Export the machine with format = "ovf" or "ova", and without skip_export.',
  });
}

function hasExtension(file: string, ...extensions: readonly string[]): boolean {
  return extensions.includes(extname(file).toLowerCase());
}

/** Disks that the descriptor does not name were left by the build, and only make the box larger. */
function withoutStrayDisks(entries: readonly ArchiveEntry[], ovf: string): ArchiveEntry[] {
  const named = new Set([...ovf.matchAll(/ovf:href="([^"]+)"/g)].map(([, href]) => href));
  if (named.size === 0) return [...entries];
  return entries.filter(({ name }) => named.has(name) || !hasExtension(name, ".vmdk", ".vdi", ".vhd"));
}

/** The address of the network adapter in slot 0. Vagrant gives it to every machine made from the box. */
function baseMac(ovf: string): string | undefined {
  for (const [adapter] of ovf.matchAll(/<Adapter\b[^>]*>/g)) {
    if (!/\bslot="0"/.test(adapter)) continue;
    const [, address] = /\bMACAddress="([0-9A-Fa-f]{12})"/.exec(adapter) ?? [];
    return address;
  }
  return undefined;
}
