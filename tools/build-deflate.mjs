import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Compiles src/deflate/assembly (AssemblyScript) to WebAssembly, and writes that as text into deflate-code.ts, which is
 * committed: whoever installs, tests or builds needs no compiler. `--check` writes nothing, and fails where the two differ.
 */
const SOURCE = "src/deflate/assembly/deflate.ts";
const CODE = "src/deflate/deflate-code.ts";
const COMPILER = "tools/assemblyscript";
const PLACE = "node_modules/.cache/assemblyscript";

mkdirSync(PLACE, { recursive: true });
for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(COMPILER, name), join(PLACE, name));
run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], { cwd: PLACE });
const output = join(PLACE, "deflate.wasm");
run(process.execPath, [
  join(PLACE, "node_modules/assemblyscript/bin/asc.js"),
  SOURCE,
  ...["--outFile", output, "-O3", "--converge", "--noAssert", "--runtime", "stub", "--use", "abort="],
  ...["--enable", "bulk-memory"],
]);
const code = `/** Made by tools/build-deflate.mjs from the sources in \`assembly\`. */\nexport const DEFLATE_CODE =\n  "${readFileSync(output).toString("base64")}";\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(CODE, code);
} else if (readFileSync(CODE, "utf8") !== code) {
  console.error(`${CODE} is not what ${SOURCE} compiles to: run node tools/build-deflate.mjs.`);
  process.exitCode = 1;
}

function run(command, argv, options = {}) {
  const { status, error } = spawnSync(command, argv, { stdio: ["ignore", "ignore", "inherit"], ...options });
  if (status !== 0) throw new Error(`${command} failed`, { cause: error ?? status });
}
