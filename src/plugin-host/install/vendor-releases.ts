import type { PluginSource } from "../../sdk/plugin-source.ts";
import { BuildError } from "../../sdk/error.ts";
import { fetchText } from "./fetch-text.ts";
import {
  archivesOf,
  fetchSums,
  type ReleaseArchive,
  type ReleaseSource,
  type SourceOptions,
} from "./release-source.ts";

/**
 * HashiCorp's own releases: an index, and for each version sums, a manifest and archives. Offered for plugins of
 * HashiCorp's namespace only: the site goes by the last part of a source alone, so that it would answer for the plugin
 * of anybody else that has the name of one of its own.
 */
export function vendorReleases({ name }: PluginSource, baseUrl: string, options: SourceOptions): ReleaseSource {
  const product = `packer-plugin-${name}`;
  const place = new URL(baseUrl).host;
  const urlOf = (version: string, file: string): string => `${baseUrl}/${product}/${version}/${file}`;
  return {
    place,
    versions: async () => {
      const index = await fetchText(`${baseUrl}/${product}/index.json`, options);
      return index && versionsOf(index.text, place);
    },
    archives: async (version) => {
      const sums = await fetchSums(urlOf(version, `${product}_${version}_SHA256SUMS`), options);
      const archives = archivesOf(sums ?? "", { name, version }, (file) => urlOf(version, file));
      const manifest = await fetchText(urlOf(version, `${product}_${version}_manifest.json`), options);
      const api = manifest && protocolOf(manifest.text);
      return archives.map((archive): ReleaseArchive => ({ ...archive, api: archive.api ?? api }));
    },
  };
}

/** `{"name": …, "versions": {"1.0.0": {…}, …}}` */
function versionsOf(text: string, place: string): readonly string[] {
  try {
    const { versions } = JSON.parse(text) as { readonly versions?: unknown };
    if (typeof versions === "object" && versions !== null) return Object.keys(versions);
  } catch {
    // The same as one that holds something else.
  }
  throw new BuildError(`The list of releases of ${place} cannot be understood`);
}

/** `{"version": 1, "metadata": {"protocol_version": "5.0"}}`; releases of old have none. */
function protocolOf(text: string): string | undefined {
  try {
    const { metadata } = JSON.parse(text) as { readonly metadata?: { readonly protocol_version?: unknown } };
    const version = metadata?.protocol_version;
    return typeof version === "string" && /^\d+\.\d+$/.test(version) ? `x${version}` : undefined;
  } catch {
    return undefined;
  }
}
