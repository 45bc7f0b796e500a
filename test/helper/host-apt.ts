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
  // An emulated guest on a busy host answers late.
  const patience = ['Acquire::Retries "5";', 'Acquire::http::Timeout "120";', 'Acquire::https::Timeout "120";'];
  // Translations of descriptions nobody reads are half of what a list weighs.
  const content = [...settings, ...patience, 'Acquire::Languages "none";', ""].join("\n");
  return [...sources, { path: "/etc/apt/apt.conf.d/99host", content }];
}
