import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** Stale chunks stay this long: a command that is running may still load them. */
const GRACE_MS = 15 * 60 * 1000;

const entryPoints = { imgbuild: "src/main.ts", hcl: "src/hcl.ts" };
const { outputFiles } = await build({
  entryPoints: Object.fromEntries(Object.entries(entryPoints).filter(([, path]) => existsSync(path))),
  outdir: "dist",
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: "chunks/[name]-[hash]",
  // CommonJS dependencies bundled into ESM still call require() for Node's own modules, and ssh2 looks at __dirname.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url),__dirname=import.meta.dirname;",
  },
  // Packages with native or WebAssembly parts find those beside themselves.
  external: ["cpu-features", "*.node", "lzma-native", "lz4-napi", "@toondepauw/node-zstd", "bzip2-wasm"],
  legalComments: "none",
  logLevel: "warning",
});

// Chunks first, entries last, each by rename: whoever starts the command meanwhile gets the old one or the new one.
const byDepth = (file) => -file.path.split("/").length;
for (const file of [...outputFiles].sort((a, b) => byDepth(a) - byDepth(b))) {
  mkdirSync(dirname(file.path), { recursive: true });
  const temporary = `${file.path}.${process.pid}.tmp`;
  writeFileSync(temporary, file.contents);
  if (file.path.endsWith("imgbuild.js")) chmodSync(temporary, 0o755);
  renameSync(temporary, file.path);
}

const fresh = new Set(outputFiles.map((file) => file.path));
const chunks = join(process.cwd(), "dist/chunks");
for (const name of existsSync(chunks) ? readdirSync(chunks) : []) {
  const path = join(chunks, name);
  if (!fresh.has(path) && Date.now() - statSync(path).mtimeMs > GRACE_MS) rmSync(path, { force: true });
}
