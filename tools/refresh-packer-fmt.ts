import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Asks the installed `packer fmt` for every text of test/fixture/language/packer-fmt.json again, and records what it makes of
 * them. To add one, write `["text", ""]` there. Texts it refuses are left out. npx tsx tools/refresh-packer-fmt.ts
 */
const fixture = join(import.meta.dirname, "../test/fixture/language/packer-fmt.json");
const texts = (JSON.parse(readFileSync(fixture, "utf8")) as [string, string][]).map(([text]) => text);

const folder = mkdtempSync(join(tmpdir(), "packer-fmt-"));
const fileOf = (index: number): string => join(folder, `${index}.pkr.hcl`);
for (const [index, text] of texts.entries()) writeFileSync(fileOf(index), text);
const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
const { stdout, stderr } = spawnSync("packer", ["fmt", folder], { encoding: "utf8", env });
const refused = [...(stdout + stderr).matchAll(/formatting\s+\S*?(\d+)\.pkr\.hcl/g)].map((match) => Number(match[1]));
const formatted = texts.map((text, index) => [text, readFileSync(fileOf(index), "utf8")] as const);
rmSync(folder, { recursive: true });

const kept = formatted.filter((_, index) => !refused.includes(index));
writeFileSync(fixture, `${JSON.stringify(kept, null, 1)}\n`);
