import type { Target } from "../installed/file-name.ts";
import { parseChecksumFile } from "../../lib/checksum-file.ts";
import { checkSignature } from "./check-signature.ts";
import { fetchText, type FetchOptions } from "./fetch-text.ts";

export interface SourceOptions extends FetchOptions {
  readonly now: () => number;
  /** Only releases whose sums are signed by one of these keys. */
  readonly keyring?: string | undefined;
}

/** Where releases of one plugin are offered. */
export interface ReleaseSource {
  /** For messages: `releases.hashicorp.com`. */
  readonly place: string;
  /** `undefined` where nothing is known of the plugin. Rejects with a `BuildError` where it cannot be asked. */
  versions(): Promise<readonly string[] | undefined>;
  /** The packed binaries of one release. */
  archives(version: string): Promise<readonly ReleaseArchive[]>;
}

export interface ReleaseArchive extends Target {
  readonly fileName: string;
  readonly url: string;
  /** Lower-case hexadecimal, as the release says. */
  readonly sha256: string;
  /** `x5.0`; `undefined` where only the binary says it. */
  readonly api: string | undefined;
  /** What is sent along to fetch it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A release's file of sums, whose signature is good where that is asked for. */
export async function fetchSums(url: string, options: SourceOptions): Promise<string | undefined> {
  const sums = await fetchText(url, options);
  if (sums) await checkSignature({ text: sums.text, url }, options);
  return sums?.text;
}

export interface ReleaseNames {
  readonly name: string;
  readonly version: string;
}

/**
 * The archives that a file of sums lists. GitHub releases write `packer-plugin-NAME_vVERSION_xAPI_OS_ARCH.zip`, the
 * vendor's site `packer-plugin-NAME_VERSION_OS_ARCH.zip`; both are understood everywhere.
 */
export function archivesOf(
  sums: string,
  { name, version }: ReleaseNames,
  urlOf: (fileName: string) => string,
): readonly ReleaseArchive[] {
  const start = `packer-plugin-${name}_`;
  return parseChecksumFile(sums).flatMap(({ digest, name: fileName }) => {
    if (digest.algorithm !== "sha256" || fileName === undefined || !fileName.startsWith(start)) return [];
    const rest = fileName.slice(start.length).replace(/^v/, "");
    const middle = rest.startsWith(`${version}_`) ? rest.slice(version.length + 1) : "";
    const [, api, os, arch] = /^(?:(x\d+\.\d+)_)?([a-z0-9]+)_([a-z0-9]+)\.zip$/.exec(middle) ?? [];
    if (os === undefined || arch === undefined) return [];
    return [{ os, arch, fileName, url: urlOf(fileName), sha256: digest.hex, api }];
  });
}
