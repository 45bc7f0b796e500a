import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The guest gets packages from where this host gets them, with this host's settings. */
export async function hostApt(): Promise<readonly { readonly path: string; readonly content: string }[]> {
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder)).filter((name) => /\.(sources|list)$/.test(name));
  const sources = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), content: await readFile(join(folder, name), "utf8") })),
  );
  const { stdout } = await promisify(execFile)("apt-config", ["dump", "Acquire"]);
  const settings = stdout.split("\n").filter((line) => /^Acquire::(Check|http|https)\b.*"[^"]+"/.test(line));
  // Translations of descriptions nobody reads are half of what a list weighs.
  const content = [...settings, 'Acquire::Languages "none";', ""].join("\n");
  return [...sources, { path: "/etc/apt/apt.conf.d/99host", content }];
}
