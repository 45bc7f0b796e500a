import { createHash } from "node:crypto";
import { zip } from "../../../src/lib/archive/zip.ts";
import { thisMachine } from "../../../src/plugin-host/installed/file-name.ts";
import { startServer, type Answer, type TestServer } from "../http-server.ts";
import { describeLine } from "./installed-plugins.ts";

export interface TestRelease {
  readonly version: string;
  /** What the binary says of itself. Default: that it has this version. */
  readonly says?: string;
  /** Default `x5.0`. */
  readonly api?: string;
  /** Systems it is made for. Default: this one, and `plan9_mips`. */
  readonly targets?: readonly string[];
  /** What the sums say of the archive for this machine. Default: the truth. */
  readonly sum?: string;
  /** Names in the archive. Default: the right one, and a text. */
  readonly members?: readonly string[];
}

export const thisTarget = `${thisMachine.os}_${thisMachine.arch}`;
export const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/** A program that does nothing but describe itself. */
export const pluginProgram = (says: string): Buffer => Buffer.from(`#!/bin/sh\ncat <<'END'\n${says}\nEND\n`);

export async function zipOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name,
    size: bytes.length,
    mode: 0o755,
    open: async function* () {
      yield bytes;
    },
  }));
  const pieces: Uint8Array[] = [];
  for await (const piece of zip(entries, { level: 6, concurrency: 1, time: new Date("1980-01-01") }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The files of one release by name, and its sums. */
export async function releaseFiles(name: string, release: TestRelease, prefix = "v"): Promise<Record<string, Buffer>> {
  const { version, says, api = "x5.0", targets = [thisTarget, "plan9_mips"], sum, members } = release;
  const binary = `packer-plugin-${name}_v${version}_${api}_${thisTarget}`;
  const program = pluginProgram(says ?? describeLine(version, { api_version: api }));
  const names = members ?? [binary, "LICENSE.txt"];
  const archive = await zipOf(Object.fromEntries(names.map((member) => [member, program])));
  // The vendor's site leaves out the "v" and the interface.
  const middle = prefix === "v" ? `v${version}_${api}` : version;
  const archives = targets.map((target) => [`packer-plugin-${name}_${middle}_${target}.zip`, archive] as const);
  const sums = archives.map(
    ([file, bytes]) => `${(file.includes(thisTarget) ? sum : undefined) ?? sha256(bytes)}  ${file}\n`,
  );
  return {
    ...Object.fromEntries(archives),
    [`packer-plugin-${name}_${prefix}${version}_SHA256SUMS`]: Buffer.from(sums.join("")),
  };
}

const served = (files: Readonly<Record<string, Buffer>>, folder: string): Record<string, Answer> =>
  Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${folder}/${file}`, { bytes }]));

/** Answers as the API of GitHub and its pages of releases do (docs.github.com, REST API, "List matching references"). */
export async function githubFiles(
  owner: string,
  name: string,
  releases: readonly TestRelease[],
): Promise<Record<string, Answer>> {
  const repository = `${owner}/packer-plugin-${name}`;
  const refs = releases.map(({ version }) => ({
    ref: `refs/tags/v${version}`,
    node_id: "REF_",
    url: `https://api.github.com/repos/${repository}/git/refs/tags/v${version}`,
    object: { sha: "0".repeat(40), type: "commit", url: "" },
  }));
  const files = await Promise.all(
    releases.map(async (release) =>
      served(await releaseFiles(name, release), `/${repository}/releases/download/v${release.version}`),
    ),
  );
  return Object.assign(
    { [`/repos/${repository}/git/matching-refs/tags`]: { status: 200, body: JSON.stringify(refs) } },
    ...files,
  ) as Record<string, Answer>;
}

/** Answers as the vendor's site of releases does. */
export async function vendorFiles(name: string, releases: readonly TestRelease[]): Promise<Record<string, Answer>> {
  const product = `packer-plugin-${name}`;
  const versions = Object.fromEntries(
    releases.map(({ version }) => [
      version,
      { name: product, version, builds: [], shasums: `${product}_${version}_SHA256SUMS`, shasums_signature: "" },
    ]),
  );
  const files = await Promise.all(
    releases.map(async (release) => {
      const folder = `/${product}/${release.version}`;
      const protocol_version = (release.api ?? "x5.0").slice(1);
      const manifest = JSON.stringify({ version: 1, metadata: { protocol_version } });
      return {
        ...served(await releaseFiles(name, release, ""), folder),
        [`${folder}/${product}_${release.version}_manifest.json`]: { status: 200, body: manifest },
      };
    }),
  );
  const index = { [`/${product}/index.json`]: { status: 200, body: JSON.stringify({ name: product, versions }) } };
  return Object.assign(index, ...files) as Record<string, Answer>;
}

/** One server that stands for all places. Closed when the test ends. */
export async function releaseServer(
  files: Readonly<Record<string, Answer>>,
): Promise<TestServer & { readonly env: Record<string, string> }> {
  const server = await startServer(files);
  const names = ["IMGBUILD_RELEASES_URL", "IMGBUILD_GITHUB_API_URL", "IMGBUILD_GITHUB_URL"];
  return { ...server, env: Object.fromEntries(names.map((name) => [name, server.url])) };
}
