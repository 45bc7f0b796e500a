import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { bundleFiles } from "./bundle-files.ts";
import type { runProgram as RunProgram } from "./cli/program.ts";

/**
 * Replaced by `tools/bundle.mjs`: the bundled core, and smaller ones for single commands that editors and hooks start all
 * the time. Each name holds a digest of the file's content.
 */
declare const CORE_FILES: Readonly<Record<string, string>> & { readonly core: string };

interface Module {
  exports: { readonly runProgram?: typeof RunProgram };
}
type Require = ((name: string) => unknown) & { readonly urlOf: (name: string) => string };
/** A module of the bundle: its functions find the others with `require`. */
type Definition = (exports: Module["exports"], require: Require, module: Module) => void;

/**
 * Takes the place of `cli/program.ts` in the bundled command. More than half of a cold start is V8 compiling our code;
 * this loads it with V8's code cache. One is made with the bundle; another version of Node refuses that one, compiles
 * once, and leaves a cache of its own in the user's cache directory.
 */
const command = process.argv[2] ?? "";
const name = (Object.hasOwn(CORE_FILES, command) && CORE_FILES[command]) || CORE_FILES.core;
const files = bundleFiles();
const file = files.pathOf(name);
const source = files.text(name);
const shipped = name.replace(/\.cjs$/, ".cache");
const own = process.env["IMGBUILD_CODE_CACHE"] ?? ownCachePath();
const script =
  compile(() => files.bytes(shipped)) ??
  compile(() => readFileSync(own)) ??
  new Script(wrapped(source), { filename: file });
const core = (script.runInThisContext() as CoreScript)();
const loaded = new Map<string, Module>();

type CoreScript = () => Readonly<Record<string, Definition>>;

/** The modules of the core, those in `parts`, and everything that is not ours. */
const load: Require = Object.assign(
  (name: string): unknown => {
    const part = /^\.\/([^/]+\.js)$/.exec(name)?.[1];
    if (part === undefined) return files.require(name);
    const known = loaded.get(part);
    if (known) return known.exports;
    const module: Module = { exports: {} };
    loaded.set(part, module);
    const define = core[part] ?? compilePart(`parts/${part}`);
    define(module.exports, load, module);
    return module.exports;
  },
  { urlOf: files.urlOf },
);

function compilePart(name: string): Definition {
  const code = `(function(exports,require,module){${files.text(name)}\n})`;
  return new Script(code, { filename: files.pathOf(name) }).runInThisContext() as Definition;
}

export const runProgram: typeof RunProgram = async (...input) => {
  const program = load("./program.js") as Required<Module["exports"]>;
  const code = await program.runProgram(...input);
  if (!usesCache(script)) saveCache();
  return code;
};

function compile(cache: () => Buffer): Script | undefined {
  try {
    const compiled = new Script(wrapped(source), { filename: file, cachedData: cache() });
    if (usesCache(compiled)) return compiled;
  } catch {
    // No cache yet.
  }
  return undefined;
}

function usesCache({ cachedDataRejected }: Script): boolean {
  return cachedDataRejected === false;
}

/** After the command ran, so that the functions it needed are in the cache. A cache that cannot be written is no cache. */
function saveCache(): void {
  try {
    mkdirSync(dirname(own), { recursive: true });
    const temporary = `${own}.${process.pid}.tmp`;
    writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
    renameSync(temporary, own);
  } catch {
    // The next start compiles again.
  }
}

function ownCachePath(): string {
  const xdg = process.env["XDG_CACHE_HOME"];
  const caches = xdg?.startsWith("/") ? xdg : join(homedir(), ".cache");
  const directory = join(caches, "imgbuild");
  return join(directory, `${name.replace(/\.cjs$/, "")}-${process.version}-${process.arch}.cache`);
}

function wrapped(text: string): string {
  return `(function(){${text}\n})`;
}
