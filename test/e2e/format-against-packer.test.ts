import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { formatHcl } from "../../src/language/format/format.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { scanTokens } from "../../src/language/scanner/scan-tokens.ts";
import { viewOf } from "../../src/language/source-view.ts";
import { TokenKind } from "../../src/language/token.ts";
import { corpusFiles } from "../helper/corpus.ts";
import { needs } from "../helper/need.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "imgbuild-fmt-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = join(import.meta.dirname, "../fixture/format");
/**
 * Without negations, of which this packer (Debian's, with an HCL of 2020) writes `! x`. What 1.16 makes of them, and of 4,800
 * other texts, is recorded (`test/language/format.test.ts`).
 */
const seeds = [
  ...corpusFiles(".pkr.hcl", ".pkrvars.hcl").map(({ text }) => text),
  readFileSync(join(fixtures, "every-rule.pkr.hcl"), "utf8"),
].filter((text) => !kindsOf(text).includes(TokenKind.Bang));

describe("formatHcl", () => {
  needs("packer", "packer")(
    "gives what packer fmt gives, byte for byte, for templates with their white space changed at random",
    () => {
      const texts = [...seeds, ...fc.sample(fc.constantFrom(...seeds).chain(disturbed), { numRuns: 400, seed: 1 })];
      texts.forEach((text, index) => writeFileSync(fileOf(index), text));
      const { status, stdout, stderr } = spawnSync("packer", ["fmt", folder], { encoding: "utf8" });
      expect(status, stdout + stderr).toBe(0);
      texts.forEach((text, index) => expect(formatHcl({ name: "t", text })).toBe(readFileSync(fileOf(index), "utf8")));
    },
  );
});

function kindsOf(text: string): readonly number[] {
  const { count, kinds } = scanTokens(viewOf({ name: "t", text }), "code", () => {});
  return [...kinds.slice(0, count)];
}

function fileOf(index: number): string {
  return join(folder, `${index}.pkr.hcl`);
}

/** The same tokens with other spaces between them, where spaces are free; only what still parses. */
function disturbed(text: string): fc.Arbitrary<string> {
  const { count, kinds, starts, ends } = scanTokens(viewOf({ name: "t", text }), "code", () => {});
  const gap = fc.constantFrom("", " ", "  ", "\t", "    ", "as it was", "as it was", "as it was");
  return fc
    .array(gap, { minLength: count, maxLength: count })
    .map((gaps) => {
      let result = "";
      let end = 0;
      for (let index = 0; index < count; index++) {
        const before = text.slice(end, starts[index]);
        const isFree =
          kinds[index] !== TokenKind.Text &&
          kinds[index] !== TokenKind.CloseHeredoc &&
          kinds[index - 1] !== TokenKind.Text &&
          kinds[index] !== TokenKind.CloseQuote &&
          kinds[index - 1] !== TokenKind.OpenQuote &&
          kinds[index - 1] !== TokenKind.OpenHeredoc;
        result += isFree && gaps[index] !== "as it was" ? gaps[index] : before;
        result += text.slice(starts[index], ends[index]);
        end = ends[index]!;
      }
      return result;
    })
    .filter((changed) => parseHcl({ name: "t", text: changed }).diagnostics.length === 0);
}
