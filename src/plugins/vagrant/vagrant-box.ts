import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { BUILDER_ID } from "../../sdk/artifact-state.ts";
import { stateOf, type Artifact } from "../../sdk/artifact.ts";
import { BuildError } from "../../sdk/error.ts";
import type { FileDigest } from "../../sdk/file-digest.ts";

/** A Vagrant box to be published. */
export interface VagrantBox {
  readonly path: string;
  readonly digest: FileDigest | undefined;
  readonly provider: string;
  /** As `metadata.json` or the artifact states it; undefined for boxes older than architectures. */
  readonly architecture: string | undefined;
}

/** The box in an artifact of the `vagrant` post-processor, the `vagrant` builder or `artifice`. */
export async function boxOfArtifact(artifact: Artifact): Promise<VagrantBox> {
  const [path] = artifact.files;
  if (path === undefined) throw notABox("no files");
  if (!path.endsWith(".box")) throw notABox(`"${path}"`);
  const { provider, architecture } = stateOf(artifact, BUILDER_ID.vagrantBox);
  const file = { path, digest: artifact.digests?.[path] };
  if (provider !== undefined && architecture !== undefined) return { ...file, provider, architecture };
  const metadata = await readMetadata(path);
  return { ...file, provider: String(metadata["provider"]), architecture: textOrNothing(metadata["architecture"]) };
}

function notABox(found: string): BuildError {
  return new BuildError(`A Vagrant box is needed here, and the artifact has ${found}.`, {
    hint: 'Put the post-processor after "vagrant" in the same post-processors block (a list within the list in a JSON template).',
  });
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `metadata.json` out of a box, compressed or not; reads no further than it has to. */
async function readMetadata(path: string): Promise<Record<string, unknown>> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const tar = extract();
  const first = await firstBytes(path);
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  const finished = () => {};
  if (isGzip) pipeline(file, createGunzip(), tar, finished);
  else pipeline(file, tar, finished);
  try {
    for await (const entry of tar) {
      if (entry.header.name.replace(/^\.\//, "") !== "metadata.json") {
        entry.resume();
        continue;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
    }
  } catch (cause) {
    throw new BuildError(`${path} is not a readable Vagrant box.`, { cause });
  } finally {
    file.destroy();
  }
  throw new BuildError(`${path} has no metadata.json, so its provider is not known.`);
}

async function firstBytes(path: string): Promise<Buffer> {
  for await (const chunk of createReadStream(path, { end: 1 }) as AsyncIterable<Buffer>) return chunk;
  return Buffer.alloc(2);
}
