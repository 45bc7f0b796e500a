import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { executeGoTemplate } from "../../lib/go-template/execute.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Site, SiteFile } from "./answer.ts";
import { fileNames } from "./file-names.ts";

/** A file `name.pkrtpl` answers requests for `name`, rendered. */
export const TEMPLATE_SUFFIX = ".pkrtpl";
/** What such files may use. */
export const HTTP_TEMPLATE_VALUES = ["HTTPIP", "HTTPPort", "Name"] as const;

export type HttpTemplateValues = Readonly<Record<(typeof HTTP_TEMPLATE_VALUES)[number], unknown>>;

/** `http_directory`: its files, never anything outside of it, never a listing. `values` are read when a template is asked for. */
export async function directorySite(directory: string, values: HttpTemplateValues): Promise<Site> {
  const root = await realpath(directory).catch((error: unknown) => {
    throw new BuildError(`http_directory "${directory}" cannot be read`, { cause: error });
  });
  if (!(await stat(root)).isDirectory()) throw new BuildError(`http_directory "${directory}" is not a directory`);
  let names: Promise<readonly string[]> | undefined;
  const hints = new Map<string, Promise<string>>();
  return {
    find: async (path) => (await plainFile(root, path)) ?? (await templateFile(root, path, values)),
    hint: (path) => {
      const hint = hints.get(path) ?? hintFor(path, (names ??= fileNames(root)));
      if (hints.size < MOST_HINTS) hints.set(path, hint);
      return hint;
    },
  };
}

/** Guests ask for the same few names again and again. */
const MOST_HINTS = 100;

async function hintFor(path: string, names: Promise<readonly string[]>): Promise<string> {
  const served = (await names).map((name) => name.replace(/\.pkrtpl$/, ""));
  return didYouMean(path, served);
}

async function plainFile(root: string, path: string): Promise<SiteFile | undefined> {
  const found = await locate(root, path);
  if (!found) return undefined;
  const { size, mtime } = found.stats;
  return { kind: "file", path: found.path, size, modified: mtime };
}

async function templateFile(root: string, path: string, values: HttpTemplateValues): Promise<SiteFile | undefined> {
  const found = await locate(root, `${path}${TEMPLATE_SUFFIX}`);
  if (!found) return undefined;
  const template = parseGoTemplate(await readFile(found.path, "utf8"));
  return { kind: "content", bytes: Buffer.from(executeGoTemplate(template, values, new Map()), "utf8") };
}

interface Located {
  readonly path: string;
  readonly stats: Awaited<ReturnType<typeof stat>> & { readonly size: number; readonly mtime: Date };
}

/** The file a request means, with every link followed, if it is inside of the root. A directory means its `index.html`. */
async function locate(root: string, path: string): Promise<Located | undefined> {
  if (path.split(/[/\\]/).includes("..")) return undefined;
  try {
    const real = await realpath(join(root, path));
    if (!isWithin(root, real)) return undefined;
    const stats = await stat(real);
    const namesDirectory = path.endsWith("/");
    if (stats.isDirectory() && namesDirectory) return await locate(root, `${path}index.html`);
    if (stats.isFile() && !namesDirectory) return { path: real, stats };
  } catch {
    // Not there, or not to be read: the same to the guest.
  }
  return undefined;
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
