import { chmodSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: { imgbuild: "src/main.ts", hcl: "src/hcl.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: "chunks/[name]-[hash]",
  // CommonJS dependencies bundled into ESM still call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  external: ["cpu-features", "*.node"],
  legalComments: "none",
  logLevel: "warning",
});
chmodSync("dist/imgbuild.js", 0o755);
