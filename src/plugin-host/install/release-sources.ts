import { BuildError } from "../../sdk/error.ts";
import type { PluginSource } from "../../sdk/plugin-source.ts";
import { githubReleases, type GithubAddresses } from "./github-releases.ts";
import { mirrorReleases, mirrorUrl } from "./mirror-releases.ts";
import type { ReleaseSource, SourceOptions } from "./release-source.ts";
import { vendorReleases } from "./vendor-releases.ts";

export interface Places {
  /** A mirror, as the user wrote it: then nothing else is asked. */
  readonly mirror?: string | undefined;
  readonly vendor: string;
  readonly github: GithubAddresses;
  readonly cwd: string;
}

/** Where plugins come from, by the environment: for mirrors, for GitHub Enterprise, and for tests. */
export function placesOf(
  env: Readonly<Record<string, string | undefined>>,
  { cwd, mirror }: { readonly cwd: string; readonly mirror?: string | undefined },
): Places {
  const address = (name: string, usual: string): string => (env[name] || usual).replace(/\/+$/, "");
  return {
    mirror: mirror ?? (env["IMGBUILD_PLUGIN_MIRROR"] || undefined),
    vendor: address("IMGBUILD_RELEASES_URL", "https://releases.hashicorp.com"),
    github: {
      api: address("IMGBUILD_GITHUB_API_URL", "https://api.github.com"),
      web: address("IMGBUILD_GITHUB_URL", "https://github.com"),
    },
    cwd,
  };
}

/** @throws BuildError for a plugin that is offered nowhere. */
export function releaseSources(source: PluginSource, places: Places, options: SourceOptions): readonly ReleaseSource[] {
  if (places.mirror !== undefined) return [mirrorReleases(source, mirrorUrl(places.mirror, places.cwd), options)];
  const isGithub = source.host === "github.com" && source.namespace.length === 1;
  if (!isGithub) {
    throw new BuildError(`${source.text} cannot be downloaded`, {
      hint: `Plugins come from GitHub (github.com/OWNER/NAME) or from a mirror (IMGBUILD_PLUGIN_MIRROR). Install it by hand:\n    imgbuild plugins install --path FILE ${source.text}`,
    });
  }
  const github = githubReleases(source, places.github, options);
  return source.namespace[0]!.toLowerCase() === "hashicorp"
    ? [vendorReleases(source, places.vendor, options), github]
    : [github];
}
