import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BuildError } from "../../sdk/error.ts";
import type { PluginSource } from "../../sdk/plugin-source.ts";
import { withoutCredentials } from "../../lib/http-dispatcher.ts";
import { fetchText } from "./fetch-text.ts";
import { archivesOf, fetchSums, type ReleaseSource, type SourceOptions } from "./release-source.ts";

/**
 * A mirror: a folder or a web server that holds files of releases as GitHub or the vendor's site offer them, below
 * `SOURCE/VERSION/`. A web server says in `SOURCE/index.json` which versions there are: `{"versions": ["1.0.0"]}`; of a
 * folder the sub-folders are looked at.
 */
export function mirrorReleases({ text, name }: PluginSource, mirror: string, options: SourceOptions): ReleaseSource {
  const base = `${mirror.replace(/\/+$/, "")}/${text.split("/").map(encodeURIComponent).join("/")}`;
  const sumsNames = (version: string): readonly string[] => [
    `packer-plugin-${name}_v${version}_SHA256SUMS`,
    `packer-plugin-${name}_${version}_SHA256SUMS`,
  ];
  return {
    place: `the mirror ${mirror.startsWith("file:") ? fileURLToPath(mirror) : withoutCredentials(mirror)}`,
    versions: async () => {
      const index = await fetchText(`${base}/index.json`, options);
      if (index) return versionsOf(index.text, `${base}/index.json`);
      return base.startsWith("file:") ? foldersOf(fileURLToPath(base)) : undefined;
    },
    archives: async (version) => {
      const urlOf = (file: string): string => `${base}/${version}/${file}`;
      for (const file of sumsNames(version)) {
        const sums = await fetchSums(urlOf(file), options);
        if (sums !== undefined) return archivesOf(sums, { name, version }, urlOf);
      }
      return [];
    },
  };
}

/** The address of a mirror as a user writes it: a URL, or a folder. */
export function mirrorUrl(text: string, cwd: string): string {
  if (!/^[a-z]+:\/\//i.test(text)) return pathToFileURL(resolve(cwd, text)).href;
  if (URL.canParse(text) && /^(https?|file):/i.test(text)) return text;
  throw new BuildError(`"${text}" is no address of a mirror`, {
    hint: "It is a folder, or an address that begins with https://, http:// or file://.",
  });
}

async function foldersOf(directory: string): Promise<readonly string[] | undefined> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  return entries?.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function versionsOf(text: string, url: string): readonly string[] {
  try {
    const { versions } = JSON.parse(text) as { readonly versions?: unknown };
    if (Array.isArray(versions)) return versions.map(String);
  } catch {
    // The same as one that holds something else.
  }
  throw new BuildError(`${withoutCredentials(url)} is no index of a mirror`, {
    hint: 'It has this form:\n    {"versions": ["1.0.0", "1.1.0"]}',
  });
}
