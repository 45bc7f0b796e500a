import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** Writes the types of `imgbuild/hcl` to `dist/types`, for the package. `npm run typecheck` checks their sources. */
const TYPES = "dist/types";
const REFERENCE = /((?:from |import\()"(\.[^"]*))\.ts(")/g;

const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
const output = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: "src", outDir: TYPES };
const program = ts.createProgram(["src/hcl.ts"], { ...options, ...output });
const declarations = new Map();
const { diagnostics } = program.emit(undefined, (path, text) => declarations.set(relative(TYPES, path), text));
if (diagnostics.length > 0) {
  const host = { getCurrentDirectory: () => ".", getNewLine: () => "\n", getCanonicalFileName: (name) => name };
  throw new Error(ts.formatDiagnostics(diagnostics, host));
}

rmSync(TYPES, { recursive: true, force: true });
const written = new Set();
write("hcl.d.ts");
// The one package whose types show: it is in the bundle, and so are they.
copyFileSync("node_modules/decimal.js/decimal.d.ts", join(TYPES, "decimal.d.ts"));

/** And what it refers to. Declarations keep the names of the sources, which are not in the package. */
function write(name) {
  if (written.has(name)) return;
  written.add(name);
  const text = declarations.get(name);
  const path = join(TYPES, name);
  ts.sys.createDirectory(dirname(path));
  const decimal = relative(dirname(name), "decimal.js");
  const own = text.replace(REFERENCE, "$1.js$3").replace('"decimal.js"', `"${decimal}"`);
  writeFileSync(path, own);
  for (const [, , target] of text.matchAll(REFERENCE)) write(join(dirname(name), `${target}.d.ts`));
}
