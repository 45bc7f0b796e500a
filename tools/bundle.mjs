import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { build, transform } from "esbuild";
import { collectImports } from "./bundle/imports.mjs";
import { collectLicences } from "./bundle/licences.mjs";
import { newFilesPlugin } from "./bundle/new-files.mjs";
import { bundleThreads, threadsPlugin } from "./bundle/threads.mjs";

/**
 * Writes the command to `dist`: a tiny entry; `core`, the part of our own code that nearly every command needs, as one
 * file with V8's code cache beside it; the rest of our code in `parts`, and each dependency in `vendor`, loaded when
 * something asks for it. `dist/hcl.mjs` is the library.
 */
const DIST = "dist";
/** Dependencies that nearly every command needs: part of the core. */
const INLINE = new Set(["zod", "commander", "decimal.js", "picocolors", "ipaddr.js"]);
/** Parts of Node that take milliseconds to load, and that most commands do not use. */
const LAZY_BUILTINS = new Set(
  [
    "child_process",
    "crypto",
    "dns/promises",
    "http",
    "https",
    "net",
    "readline",
    "stream",
    "stream/promises",
    "tls",
    "worker_threads",
    "zlib",
  ].map((name) => `node:${name}`),
);
/** Where the core begins: the commands that are run all the time, and what the shortest build needs. */
const IN_CORE = new Set([
  "src/cli/program.ts",
  "src/cli/parse-input.ts",
  "src/language/functions/remote/fetch-remote.ts",
  "src/cli/commands/validate.ts",
  "src/cli/commands/build.ts",
  "src/plugins/packer/builders/null.ts",
]);
/** Native parts cannot be in a bundle. Whatever uses them goes on without them. */
const NATIVE = ["cpu-features", "*.node", "lz4-napi", "@napi-rs/lzma"];
/** A package in a thread's program reads this from beside the program. */
const ZSTD_WASM = "node_modules/@bokuweb/zstd-wasm/dist/common/zstd.wasm";
/** Files of an earlier bundle stay this long: a command that is running may still load them. */
const GRACE_MS = 15 * 60 * 1000;

const common = {
  bundle: true,
  write: false,
  metafile: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  charset: "ascii",
  logLevel: "warning",
  external: NATIVE,
};
const commonJs = {
  ...common,
  format: "cjs",
  // The core is run as a script (see src/load-core.ts), in which only `require` can load anything.
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "__url", "import.meta.resolve": "__resolve" },
};
const transformOptions = {
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  charset: "ascii",
};
/** What `import.meta` says, in a part of ours (where the programs of threads are, see src/bundle-files.ts) and in a dependency. */
const resolveProgram = "const __resolve=(n)=>require.urlOf(n.slice(2));";
const moduleNames =
  "const __url=require('node:url').pathToFileURL(__filename).href," +
  "__resolve=(n)=>require('node:url').pathToFileURL(require.resolve(n)).href;";

const written = new Set();
const imports = collectImports("src");
const licences = collectLicences();
const threads = await bundleThreads(common);
for (const { name, contents, metafile } of threads) {
  write(name, contents);
  licences.note(metafile);
}
write("parts/zstd.wasm", readFileSync(ZSTD_WASM));
const coreFiles = { core: await bundleCore("core"), fmt: await bundleCore("fmt", ["fmt/fmt"]) };
await bundleLibrary();
write("package.json", '{ "type": "commonjs" }\n');
await bundleEntry();
write("licenses.txt", licences.text());
// Beside files of earlier bundles, these are the ones that count.
const names = [...written].map((path) => relative(DIST, path).replaceAll("\\", "/"));
write("files.json", `${JSON.stringify(names.sort(), undefined, 2)}\n`);
removeOld();

/** With all commands, or with a few. */
async function bundleCore(name, commands) {
  const used = new Set();
  const { outputFiles, metafile } = await build({
    ...commonJs,
    format: "esm",
    splitting: true,
    entryPoints: { program: "src/cli/program.ts" },
    outdir: DIST,
    chunkNames: "[name]-[hash]",
    plugins: [
      vendorPlugin(imports, used),
      threadsPlugin(threads),
      newFilesPlugin(),
      ...(commands ? [onlyCommands(commands)] : []),
    ],
  });
  licences.note(metafile);
  for (const dependency of used) await bundleVendor(dependency, imports.get(dependency) ?? new Set(["*"]));
  const parts = await toCommonJs(outputFiles);
  const inCore = commands ? new Set(parts.keys()) : partsOf(metafile, IN_CORE);
  const modules = [...inCore]
    .sort()
    .map((part) => `${JSON.stringify(part)}(exports,require,module){${parts.get(part)}\n}`);
  const contents = `return{${modules.join(",\n")}}`;
  for (const [part, code] of parts) if (!inCore.has(part)) write(`parts/${part}`, code);
  const file = `${name}-${digestOf(contents)}.cjs`;
  write(file, contents);
  return file;
}

function digestOf(contents) {
  return createHash("sha256").update(contents).digest("hex").slice(0, 12);
}

/** Name → code, as modules that find each other with `require`. */
async function toCommonJs(files) {
  const parts = new Map();
  for (const { path, text } of files) {
    const { code } = await transform(text, {
      ...transformOptions,
      format: "cjs",
      supported: { "dynamic-import": false },
    });
    parts.set(relative(DIST, path), code.includes("__resolve") ? resolveProgram + code : code);
  }
  return parts;
}

/** The output files that hold these sources and what they import. */
function partsOf({ outputs }, sources) {
  const found = new Set();
  const follow = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind, external } of outputs[path].imports) {
      if (kind === "import-statement" && !external) follow(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (sources.has(entryPoint)) follow(path);
  return new Set([...found].map((path) => relative(DIST, path)));
}

function onlyCommands(names) {
  const entries = names.map(
    (name) => `${basename(name)}: { load: async () => (await import("./commands/${name}.ts")).command }`,
  );
  const contents = `export const commands = { ${entries.join(", ")} };`;
  const filter = /src\/cli\/commands\.ts$/;
  return { name: "only-commands", setup: (setup) => setup.onLoad({ filter }, () => ({ contents, loader: "js" })) };
}

/**
 * Every package that is not in the core becomes a file of its own, holding only what our sources import from it, and
 * loaded when one of these names is used for the first time.
 */
function vendorPlugin(imports, used) {
  return {
    name: "vendor",
    setup(setup) {
      setup.onResolve({ filter: /^(@[a-z]|[a-z])/ }, ({ path, importer, kind, namespace }) => {
        if (namespace === "vendor") return { path, external: true };
        // Commander can start programs for subcommands; ours are none, and so it loads what starts programs for nothing.
        const isOurs = importer !== "" && !/node_modules\/(?!commander\/)/.test(importer);
        const isWanted = path.startsWith("node:")
          ? LAZY_BUILTINS.has(path) && !imports.get(path)?.has("*")
          : !INLINE.has(path);
        if (!isOurs || !isWanted || NATIVE.includes(path)) return undefined;
        if (path.startsWith("node:")) return { path, namespace: "vendor" };
        used.add(path);
        const isWhole = kind === "dynamic-import" || (imports.get(path)?.has("*") ?? true);
        return isWhole ? { path: `./vendor/${vendorFile(path)}`, external: true } : { path, namespace: "vendor" };
      });
      setup.onResolve({ filter: /^\.\/vendor\//, namespace: "vendor" }, ({ path }) => ({ path, external: true }));
      setup.onLoad({ filter: /.*/, namespace: "vendor" }, ({ path }) => {
        const load = `require("${path.startsWith("node:") ? path : `./vendor/${vendorFile(path)}`}")`;
        const getters = [...(imports.get(path) ?? [])].map((name) => `get ${name}() { return ${load}.${name}; }`);
        return { contents: `module.exports = { ${getters.join(", ")} };`, loader: "js" };
      });
    },
  };
}

function vendorFile(name) {
  return `${name.replace(/^@/, "").replaceAll("/", "-")}.cjs`;
}

async function bundleVendor(name, imports) {
  const from = JSON.stringify(name);
  const contents = imports.has("*")
    ? `module.exports = require(${from});`
    : `export { ${[...imports].join(", ")} } from ${from};`;
  const { outputFiles, metafile } = await build({
    ...commonJs,
    stdin: { contents, resolveDir: process.cwd() },
    banner: { js: moduleNames },
  });
  licences.note(metafile);
  write(`vendor/${vendorFile(name)}`, outputFiles[0].contents);
}

async function bundleEntry() {
  const loadCore = {
    name: "load-core",
    setup: (setup) => setup.onResolve({ filter: /\/cli\/program\.ts$/ }, () => ({ path: resolve("src/load-core.ts") })),
  };
  const { outputFiles } = await build({
    ...commonJs,
    define: { CORE_FILES: JSON.stringify(coreFiles) },
    entryPoints: ["src/main.ts"],
    plugins: [loadCore],
  });
  // Tried before it takes the place of the one that others may be using.
  write("imgbuild.next.js", outputFiles[0].contents, 0o755);
  warmUp("imgbuild.next.js");
  renameSync(join(DIST, "imgbuild.next.js"), join(DIST, "imgbuild.js"));
  written.add(join(DIST, "imgbuild.js"));
}

async function bundleLibrary() {
  const { outputFiles, metafile } = await build({
    ...common,
    format: "esm",
    splitting: true,
    entryPoints: { hcl: "src/hcl.ts" },
    outdir: DIST,
    outExtension: { ".js": ".mjs" },
    chunkNames: "hcl/[name]-[hash]",
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  licences.note(metafile);
  for (const { path, contents } of outputFiles) write(relative(resolve(DIST), path), contents);
}

/** By rename: whoever starts the command meanwhile gets the old file or the new one. */
function write(name, contents, mode = 0o644) {
  const path = join(DIST, name);
  mkdirSync(join(path, ".."), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  chmodSync(temporary, mode);
  renameSync(temporary, path);
  written.add(path);
}

function removeOld() {
  const coreCache = [...written].map((path) => path.replace(/\.cjs$/, ".cache"));
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isOld =
      entry.isFile() && !written.has(path) && !coreCache.includes(path) && !path.startsWith(join(DIST, "types"));
    if (isOld && Date.now() - statSync(path).mtimeMs > GRACE_MS) rmSync(path, { force: true });
  }
}

/** Runs a command with each core once, so that V8's code cache holds what nearly every command uses. */
function warmUp(entry) {
  const directory = mkdtempSync(join(tmpdir(), "imgbuild-bundle-"));
  const template = join(directory, "warm-up.pkr.hcl");
  writeFileSync(template, 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n');
  const commands = { core: ["build", template], fmt: ["fmt", "-check", template] };
  for (const [name, args] of Object.entries(commands)) {
    const cache = resolve(DIST, coreFiles[name].replace(/\.cjs$/, ".cache"));
    rmSync(cache, { force: true });
    const env = { ...process.env, IMGBUILD_CODE_CACHE: cache, IMGBUILD_STATE_DIR: directory };
    const options = { env, cwd: directory, encoding: "utf8" };
    const run = spawnSync(process.execPath, [resolve(DIST, entry), ...args], options);
    if (run.status !== 0) throw new Error(`The bundle does not work:\n${run.stdout}${run.stderr}`.slice(0, 4000));
  }
  rmSync(directory, { recursive: true, force: true });
}
