import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSource } from "../../src/language/decode-source.ts";
import { hasErrors } from "../../src/language/diagnostic.ts";
import { formatHcl } from "../../src/language/format/format.ts";
import { parseJsonBody } from "../../src/language/json/json-body.ts";
import { parseJson } from "../../src/language/json/parse-json.ts";
import { parseExpression, parseHcl, parseTemplate } from "../../src/language/parse.ts";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";
import { scanTokens } from "../../src/language/scanner/scan-tokens.ts";
import { viewOf } from "../../src/language/source-view.ts";
import { plain } from "../helper/plain-tree.ts";

/** Pieces of templates in any order: far likelier than random characters to reach every corner of the grammar. */
const PIECES = [
  ..."abc {}[]()<>=!&|+-*/%?:.,~$#@'\"\\\n\t1",
  ...[
    '"',
    '"',
    "${",
    "${~",
    "%{",
    "~}",
    "}",
    "$${",
    "%%{",
    "<<EOT\n",
    "<<-EOT\n",
    "EOT\n",
    "\nEOT\n",
    '<<"EOT"\n',
    "/*",
    "*/",
    "//",
  ],
  ...[
    " = ",
    "\n",
    "\r\n",
    " if ",
    " for ",
    " in ",
    " else ",
    "endif",
    "endfor",
    "...",
    "=>",
    "==",
    "&&",
    "::",
    "[*]",
    ".*",
    ".0",
  ],
  ...[
    "true",
    "null",
    "x",
    "name = 1\n",
    'block "a" {\n',
    "f(",
    '"text"',
    "'text'",
    "“text”",
    "1e5",
    "é",
    "日本",
    "👩‍👩‍👧",
    "\u0301",
    "\ufeff",
    "\0",
  ],
];
const templateText = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(""));
const anyText = fc.oneof(templateText, fc.string({ unit: "binary", maxLength: 60 }));
const many = { numRuns: 1000 };

describe("every text", () => {
  it("is tiled by its tokens, with nothing but spaces and tabs between them", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("code" as const, "template" as const), (text, start) => {
        const { count, starts, ends } = scanTokens(viewOf({ name: "t", text }), start, () => {});
        let end = 0;
        for (let index = 0; index < count; index++) {
          expect(text.slice(end, starts[index])).toMatch(/^[ \t]*$/);
          expect(ends[index]).toBeGreaterThanOrEqual(starts[index]!);
          end = ends[index]!;
        }
        expect(end).toBe(text.length);
      }),
      many,
    );
  });

  it("parses without throwing, in every syntax, and its diagnostics can be shown", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const file = { name: "t.pkr.hcl", text };
        const json = { name: "t.json", text };
        const schema = { blocks: { a: { labels: ["x"] } } };
        const parsed = [
          parseHcl(file),
          parseExpression(file),
          parseTemplate(file),
          parseJson(json),
          parseJsonBody(json, schema),
        ];
        for (const { diagnostics } of parsed) {
          for (const diagnostic of diagnostics) {
            expect(diagnostic.subject!.start).toBeLessThanOrEqual(diagnostic.subject!.end);
            expect(renderDiagnostic(diagnostic, { color: false })).toContain(diagnostic.summary);
          }
        }
      }),
      many,
    );
  });

  it("keeps all but its white space when formatted", () => {
    const solid = (text: string): string => text.replaceAll(/[ \t]/g, "");
    fc.assert(
      fc.property(anyText, (text) => {
        expect(solid(formatHcl({ name: "t", text }))).toBe(solid(text));
      }),
      many,
    );
  });
});

describe("every sequence of bytes", () => {
  it("is decoded and parsed without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const { file, diagnostics } = decodeSource("t.pkr.hcl", Buffer.from(bytes));
        if (!hasErrors(diagnostics)) parseHcl(file);
      }),
      many,
    );
  });
});

describe("every text that parses", () => {
  const valid = templateText
    .map((text) => ({ name: "t", text }))
    .filter((file) => file.text.trim() !== "" && !hasErrors(parseHcl(file).diagnostics));

  it("means the same when formatted, and stays as it is when formatted again", () => {
    fc.assert(
      fc.property(valid, (file) => {
        const once = formatHcl(file);
        expect(plain(parseHcl({ name: "t", text: once }))).toEqual(plain(parseHcl(file)));
        expect(formatHcl({ name: "t", text: once })).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});
