import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the files are that `imgbuild new` writes. */
const FOLDERS = ["templates/new", "templates/http", "templates/windows", "scripts"];

/** Puts these files into the bundle, in place of the module that reads them from a checkout. */
export function newFilesPlugin() {
  const contents = () => {
    const texts = Object.fromEntries(FOLDERS.flatMap(filesBelow).map((path) => [path, readFileSync(path, "utf8")]));
    return `const texts = ${JSON.stringify(texts)};\nexport const templateFile = (path) => texts[path];\n`;
  };
  const filter = /src\/cli\/commands\/new\/template-files\.ts$/;
  return {
    name: "new-files",
    setup: (setup) => setup.onLoad({ filter }, () => ({ contents: contents(), loader: "js" })),
  };
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).replaceAll("\\", "/"));
}
