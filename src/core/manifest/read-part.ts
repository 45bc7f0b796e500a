import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorText } from "../../lib/error-text.ts";
import { BuildError } from "../../sdk/error.ts";
import { isManifest, isObject, type ManifestEntry } from "./parse-manifest.ts";
import { metadataBuilds, type MetadataBuild } from "./parse-metadata.ts";

/** One machine's answer: a manifest, or the metadata of its runs. */
export type Part =
  | { readonly kind: "manifest"; readonly path: string; readonly builds: readonly ManifestEntry[] }
  | { readonly kind: "metadata"; readonly path: string; readonly builds: readonly MetadataBuild[] };

/** Rejects, with the path as it was given, where the file cannot be read or is no such file. */
export async function readPart(path: string, cwd: string): Promise<Part> {
  const part = partOf(path, parse(path, await read(path, cwd)));
  if (part) return part;
  throw new BuildError(`${path} is neither a manifest nor a metadata file of imgbuild`, {
    hint: "A part is what the post-processor manifest wrote, or a file of build -metadata-file.",
  });
}

/** `undefined` for JSON of another kind, which may lie in the same folder. Rejects for what is no JSON. */
export async function readPossiblePart(path: string, cwd: string): Promise<Part | undefined> {
  return partOf(path, parse(path, await read(path, cwd)));
}

async function read(path: string, cwd: string): Promise<string> {
  return readFile(resolve(cwd, path), "utf8").catch((error: unknown) => {
    throw new BuildError(`${path} cannot be read: ${errorText(error)}`);
  });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BuildError(`${path} is not JSON, or only the beginning of it`, {
      hint: "Copy it again from the machine that made it, or leave it out.",
    });
  }
}

function partOf(path: string, value: unknown): Part | undefined {
  if (isManifest(value)) return { kind: "manifest", path, builds: value.builds };
  const builds = isObject(value) ? metadataBuilds(value) : undefined;
  return builds && { kind: "metadata", path, builds };
}
