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

export {
  BOOL,
  boolValue,
  childrenOf,
  DYNAMIC,
  isKnown,
  isNull,
  isWhollyKnown,
  listOf,
  listValue,
  mapOf,
  mapValue,
  NUMBER,
  nullValue,
  numberValue,
  objectOf,
  objectValue,
  setOf,
  STRING,
  stringValue,
  tupleOf,
  tupleValue,
  UNKNOWN,
  unknownValue,
  type Content,
  type Mark,
  type ObjectAttribute,
  type Type,
  type Value,
} from "./language/value.ts";
export { setValue } from "./language/set.ts";
export { containsSensitive, deepUnmark, isSensitive, mark, unmark, withMarks } from "./language/marks.ts";
export { describeType, formatType, typesEqual } from "./language/type.ts";
export { valuesEqual } from "./language/equal.ts";
export { convert } from "./language/convert.ts";
export { describeConversionError, type Conversion, type ConversionError } from "./language/conversion.ts";
export { unify } from "./language/unify.ts";
export { parseTypeConstraint, type ParsedType } from "./language/type-constraint.ts";
export { applyDefaults } from "./language/defaults.ts";
export { valueFromJs } from "./language/from-js.ts";
export { valueToJs, type DataPath, type JsonData, type PlainData } from "./language/to-js.ts";
export { valueToJson } from "./language/to-json.ts";
export { formatValue } from "./language/format-value.ts";

export { evaluate, MAX_DEPTH } from "./language/evaluate/evaluate.ts";
export type { Evaluated } from "./language/evaluate/contract.ts";
export { childScope } from "./language/evaluate/scope.ts";
export type { Functions, Scope } from "./language/evaluate/contract.ts";
export {
  formatReference,
  functionNames,
  references,
  type Reference,
  type ReferenceStep,
} from "./language/references.ts";
export { expandDynamicBlocks, type ScopedBlock, type ScopedBody } from "./language/dynamic-blocks.ts";

export { createFunctionLibrary, type FunctionLibrary, type LibraryOptions } from "./language/functions/library.ts";
export { createFetchRemote } from "./language/functions/remote/fetch-remote.ts";
export type { RemoteOptions } from "./language/functions/remote/remote-options.ts";
export { functionReference } from "./language/functions/catalog.ts";
export type { FunctionDeclaration } from "./language/functions/definition.ts";
export type { FunctionDefinition, Parameter } from "./language/evaluate/contract.ts";
