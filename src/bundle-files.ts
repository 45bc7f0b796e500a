import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { getRawAsset, isSea } from "node:sea";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

/** The files of the bundle: beside its entry, or inside of the one file that is the program. */
export interface BundleFiles {
  /** Where a file is, or for one inside of the program, where it would be. */
  readonly pathOf: (name: string) => string;
  readonly bytes: (name: string) => Buffer;
  /** Of a file of ours, all of which are ASCII. */
  readonly text: (name: string) => string;
  /** Loads what is none of the core's modules: Node's own, dependencies in `./vendor`, packages beside the bundle. */
  readonly require: (name: string) => unknown;
  /** What a thread's program is started by. */
  readonly urlOf: (name: string) => string;
}

export function bundleFiles(): BundleFiles {
  return isSea() ? filesInside() : filesBeside(__dirname);
}

function filesBeside(directory: string): BundleFiles {
  const pathOf = (name: string): string => join(directory, name);
  return {
    pathOf,
    bytes: (name) => readFileSync(pathOf(name)),
    text: (name) => readFileSync(pathOf(name), "latin1"),
    require: createRequire(pathOf("core.cjs")),
    urlOf: (name) => pathToFileURL(pathOf(name)).href,
  };
}

function filesInside(): BundleFiles {
  // Where there is no /proc, the path is what the program was called by.
  const program = resolve(process.execPath);
  const pathOf = (name: string): string => join(dirname(program), "imgbuild-bundle", name);
  const bytes = (name: string): Buffer => Buffer.from(getRawAsset(name) as ArrayBuffer);
  const text = (name: string): string => bytes(name).toString("latin1");
  const requireFromHere = createRequire(program);
  const loaded = new Map<string, unknown>();
  const vendor = (name: string): unknown => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const path = pathOf(name);
    const wrapped = `(function(exports,require,module,__filename,__dirname){${text(name)}\n})`;
    const define = new Script(wrapped, { filename: path }).runInThisContext() as (...given: unknown[]) => void;
    const module = { exports: {} };
    define(module.exports, requireFromHere, module, path, dirname(path));
    loaded.set(name, module.exports);
    return module.exports;
  };
  return {
    pathOf,
    bytes,
    text,
    require: (name) => (name.startsWith("./vendor/") ? vendor(name.slice(2)) : requireFromHere(name)),
    urlOf: (name) => `data:text/javascript;base64,${Buffer.from(asModule(text(name))).toString("base64")}`,
  };
}

/** A thread that is started from its text is a module, in which what CommonJS has is missing. */
function asModule(text: string): string {
  return `import{createRequire}from"node:module";import{resolve}from"node:path";const module={exports:{}};
(function(exports,require,module){${text}
})(module.exports,createRequire(resolve(process.execPath)),module)`;
}
