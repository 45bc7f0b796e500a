import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeSource } from "../../src/language/decode-source.ts";
import { hasErrors, type Diagnostic } from "../../src/language/diagnostic.ts";
import { parseJson } from "../../src/language/json/parse-json.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";

/**
 * What people see for each common mistake: `test/fixture/diagnostics/<mistake>/expected.txt` next to the text that
 * holds it. `make golden` writes the files anew.
 */
const folder = join(import.meta.dirname, "../fixture/diagnostics");

describe("diagnostics", () => {
  for (const name of readdirSync(folder)) {
    it(`explains ${name.replaceAll("-", " ")}`, async () => {
      const input = readdirSync(join(folder, name)).find((file) => file.startsWith("input."))!;
      const diagnostics = diagnose(input.replace("input", "example"), readFileSync(join(folder, name, input)));
      expect(diagnostics).not.toHaveLength(0);
      const text = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, { color: false })).join("\n");
      await expect(text).toMatchFileSnapshot(join(folder, name, "expected.txt"));
    });
  }
});

function diagnose(name: string, bytes: Buffer): readonly Diagnostic[] {
  const { file, diagnostics } = decodeSource(name, bytes);
  if (hasErrors(diagnostics)) return diagnostics;
  const parsed = name.endsWith(".json") ? parseJson(file) : parseHcl(file);
  return [...diagnostics, ...parsed.diagnostics];
}
