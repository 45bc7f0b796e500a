/**
 * `imgbuild/hcl`: the template language as a library. Text to tree, tree back to canonical text, diagnostics for
 * people and programs. It knows nothing about building images.
 *
 * ```ts
 * const { file } = decodeSource("web.pkr.hcl", readFileSync("web.pkr.hcl"));
 * const { body, diagnostics } = parseHcl(file);
 * for (const diagnostic of diagnostics) console.error(renderDiagnostic(diagnostic, { color: true }));
 * ```
 */
export type * from "./language/ast.ts";
export { SPLAT_ITEM } from "./language/ast.ts";
export type { SourceFile, SourceRange } from "./language/source.ts";
export { decodeSource, MAX_SOURCE_BYTES, type DecodedSource } from "./language/decode-source.ts";
export { lineOf, positionOf, type Position } from "./language/position.ts";

export {
  parseExpression,
  parseHcl,
  parseLiteralAsExpression,
  parseTemplate,
  type ParsedBody,
  type ParsedExpression,
} from "./language/parse.ts";
export { MAX_NESTING } from "./language/parser/parser.ts";
export { parseJson, type ParsedJson } from "./language/json/parse-json.ts";
export type * from "./language/json/json.ts";
export { parseJsonBody, type BlockSchema, type BodySchema } from "./language/json/json-body.ts";

export { formatHcl } from "./language/format/format.ts";

export { hasErrors, type Diagnostic, type ReferencedValue } from "./language/diagnostic.ts";
export { MAX_DIAGNOSTICS } from "./language/limit-diagnostics.ts";
export { renderDiagnostic, type RenderOptions } from "./language/render/render-diagnostic.ts";
export {
  diagnosticToJson,
  type JsonDiagnostic,
  type JsonRange,
  type JsonSnippet,
} from "./language/render/diagnostic-json.ts";
