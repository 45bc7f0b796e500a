import type { PluginSource } from "../../sdk/plugin-source.ts";
import { BuildError } from "../../sdk/error.ts";
import type { GetResponse } from "../../lib/http-get.ts";
import { fetchText, type FetchedText, type FetchOptions } from "./fetch-text.ts";
import {
  archivesOf,
  fetchSums,
  type ReleaseArchive,
  type ReleaseSource,
  type SourceOptions,
} from "./release-source.ts";

export interface GithubAddresses {
  /** `https://api.github.com` */
  readonly api: string;
  /** `https://github.com` */
  readonly web: string;
}

/** Where tokens are looked for, the first that is set counts. */
const TOKEN_VARIABLES = ["PACKER_GITHUB_API_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"] as const;

/**
 * Releases on GitHub: versions are the tags of the repository `packer-plugin-NAME`, sums and archives files of the
 * release. Source: docs.github.com, REST API, "List matching references" and "Rate limits".
 */
export function githubReleases(
  { text, namespace, name }: PluginSource,
  addresses: GithubAddresses,
  options: SourceOptions,
): ReleaseSource {
  const repository = `${namespace.join("/")}/packer-plugin-${name}`;
  const token = tokenOf(options.env);
  const headers = { accept: "application/vnd.github+json", ...(token && { authorization: `Bearer ${token.value}` }) };
  const explain = (response: Pick<GetResponse, "status" | "headers">): BuildError | undefined =>
    explainRefusal(response, { token: token?.variable, now: options.now() });
  return {
    place: "GitHub",
    versions: async () => {
      const first = `${addresses.api}/repos/${repository}/git/matching-refs/tags`;
      const refs = await fetchPages(first, { ...options, headers, explain });
      return refs && tagVersions(refs, text);
    },
    archives: async (version) => {
      const urlOf = (file: string): string => `${addresses.web}/${repository}/releases/download/v${version}/${file}`;
      const sumsFile = `packer-plugin-${name}_v${version}_SHA256SUMS`;
      const sums = await fetchSums(urlOf(sumsFile), options);
      if (sums !== undefined) return archivesOf(sums, { name, version }, urlOf);
      const release = `${addresses.api}/repos/${repository}/releases/tags/v${version}`;
      return token ? privateArchives(release, { sumsFile, name, version }, { ...options, headers, explain }) : [];
    },
  };
}

interface PrivateRelease {
  readonly sumsFile: string;
  readonly name: string;
  readonly version: string;
}

/** Files of a private release can be had through the API only, at addresses of their own: signatures are not looked for. */
async function privateArchives(
  release: string,
  { sumsFile, name, version }: PrivateRelease,
  options: SourceOptions,
): Promise<readonly ReleaseArchive[]> {
  if (options.keyring !== undefined) throw new BuildError("The signature of a private release cannot be checked");
  const assets = assetsOf((await fetchText(release, options))?.text ?? "{}");
  const headers = { ...options.headers, accept: "application/octet-stream" };
  const asset = assets.get(sumsFile);
  const sums = asset === undefined ? undefined : await fetchText(asset, { ...options, headers });
  const archives = archivesOf(sums?.text ?? "", { name, version }, (file) => assets.get(file) ?? release);
  return archives.map((archive) => ({ ...archive, headers }));
}

/** By name. */
function assetsOf(text: string): ReadonlyMap<string, string> {
  const { assets } = JSON.parse(text) as {
    readonly assets?: readonly { readonly name: string; readonly url: string }[];
  };
  return new Map((assets ?? []).map(({ name, url }) => [name, url]));
}

function tokenOf(env: FetchOptions["env"]): { readonly variable: string; readonly value: string } | undefined {
  const variable = TOKEN_VARIABLES.find((name) => (env[name] ?? "").trim() !== "");
  return variable === undefined ? undefined : { variable, value: env[variable]!.trim() };
}

const MOST_PAGES = 20;

/** Follows `Link: <…>; rel="next"`, on the same server only. */
async function fetchPages(first: string, options: FetchOptions): Promise<readonly unknown[] | undefined> {
  const items: unknown[] = [];
  let url: string | undefined = first;
  for (let page = 0; url !== undefined && page < MOST_PAGES; page++) {
    const answer: FetchedText | undefined = await fetchText(url, options);
    if (!answer) return page === 0 ? undefined : items;
    items.push(...listOf(answer.text));
    const next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers["link"] ?? "")?.[1];
    url = next !== undefined && new URL(next).origin === new URL(first).origin ? next : undefined;
  }
  return items;
}

function listOf(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // The same as one that holds something else.
  }
  throw new BuildError("The answer of GitHub cannot be understood");
}

/** `{"ref": "refs/tags/v1.2.3", …}` */
function tagVersions(refs: readonly unknown[], source: string): readonly string[] {
  const versions = refs.flatMap((item) => {
    const ref = typeof item === "object" && item !== null && "ref" in item ? String(item.ref) : "";
    return /^refs\/tags\/v(.+)$/.exec(ref)?.[1] ?? [];
  });
  if (versions.length > 0) return versions;
  throw new BuildError(`The repository of ${source} on GitHub has no releases`);
}

function explainRefusal(
  { status, headers }: Pick<GetResponse, "status" | "headers">,
  { token, now }: { readonly token: string | undefined; readonly now: number },
): BuildError | undefined {
  if (status === 401) {
    return new BuildError(`GitHub does not accept the token in ${token ?? "the request"}`, {
      hint: "Set one that is valid, or none: reading public releases needs none.",
    });
  }
  const isLimit =
    (status === 403 || status === 429) && (headers["x-ratelimit-remaining"] === "0" || headers["retry-after"]);
  if (!isLimit) return undefined;
  const until = resetTime(headers, now);
  const minutes = Math.max(1, Math.ceil((until - now) / 60_000));
  const more = token === undefined ? ` With a token it answers more: set ${TOKEN_VARIABLES[0]}.` : "";
  return new BuildError("GitHub answers no more requests from here for now", {
    hint: `It does again at ${new Date(until).toISOString().slice(11, 16)} UTC, in ${minutes} min.${more}`,
  });
}

function resetTime(headers: GetResponse["headers"], now: number): number {
  const seconds = Number(headers["retry-after"]);
  if (seconds > 0) return now + seconds * 1000;
  const reset = Number(headers["x-ratelimit-reset"]) * 1000;
  return reset > now ? reset : now + 60_000;
}
