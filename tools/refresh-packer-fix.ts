import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Asks the installed `packer fix` for every template of test/fixture/packer-fix.json again, and records what it makes of
 * them, null where it fails. To add one, write `[template, null]` there. npx tsx tools/refresh-packer-fix.ts
 */
const fixture = join(import.meta.dirname, "../test/fixture/packer-fix.json");
const templates = (JSON.parse(readFileSync(fixture, "utf8")) as [unknown, unknown][]).map(([template]) => template);
const folder = mkdtempSync(join(tmpdir(), "packer-fix-"));
const lines = templates.map((template) => JSON.stringify([template, fixed(template)]));
rmSync(folder, { recursive: true });
writeFileSync(fixture, `[\n${lines.join(",\n")}\n]\n`);

function fixed(template: unknown): unknown {
  writeFileSync(join(folder, "t.json"), JSON.stringify(template));
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  const { stdout } = spawnSync("packer", ["fix", "-validate=false", "t.json"], { cwd: folder, encoding: "utf8", env });
  try {
    return JSON.parse(stdout) as unknown;
  } catch {
    return null;
  }
}
