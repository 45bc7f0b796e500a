import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import type { runProgram as RunProgram } from "./cli/program.ts";

/**
 * Replaced by `tools/bundle.mjs`: the bundled core, and smaller ones for single commands that editors and hooks start all
 * the time. Each name holds a digest of the file's content.
 */
declare const CORE_FILES: Readonly<Record<string, string>> & { readonly core: string };

interface Program {
  readonly runProgram: typeof RunProgram;
}
interface CommonJsModule {
  exports: Program;
}
type Wrapper = (
  exports: Program,
  require: NodeJS.Require,
  module: CommonJsModule,
  file: string,
  directory: string,
) => void;

/**
 * Takes the place of `cli/program.ts` in the bundled command. More than half of a cold start is V8 compiling our code;
 * this loads it with V8's code cache. One is made with the bundle; another version of Node refuses that one, compiles
 * once, and leaves a cache of its own in the user's cache directory.
 */
const command = process.argv[2] ?? "";
const name = (Object.hasOwn(CORE_FILES, command) ? CORE_FILES[command] : undefined) ?? CORE_FILES.core;
const file = join(__dirname, name);
const source = readFileSync(file, "latin1");
const shipped = join(__dirname, name.replace(/\.cjs$/, ".cache"));
const own = process.env["IMGBUILD_CODE_CACHE"] ?? ownCachePath();
const script = compile(shipped) ?? compile(own) ?? new Script(wrapped(source), { filename: file });
const core: CommonJsModule = { exports: {} as Program };
(script.runInThisContext() as Wrapper)(core.exports, createRequire(file), core, file, __dirname);

export const runProgram: Program["runProgram"] = async (args, host) => {
  const code = await core.exports.runProgram(args, host);
  if (!usesCache(script)) saveCache();
  return code;
};

function compile(cachePath: string): Script | undefined {
  try {
    const compiled = new Script(wrapped(source), { filename: file, cachedData: readFileSync(cachePath) });
    return usesCache(compiled) ? compiled : undefined;
  } catch {
    return undefined;
  }
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
  const directory = join(xdg?.startsWith("/") ? xdg : join(homedir(), ".cache"), "imgbuild");
  return join(directory, `${name.replace(/\.cjs$/, "")}-${process.version}-${process.arch}.cache`);
}

function wrapped(text: string): string {
  return `(function(exports,require,module,__filename,__dirname){${text}\n})`;
}
