import type { Diagnostic } from "../diagnostic.ts";
import { limitDiagnostics } from "../limit-diagnostics.ts";
import { duplicateProperty } from "../messages/json-messages.ts";
import type { SourceFile, SourceRange } from "../source.ts";
import { JsonParser } from "./json-parser.ts";
import type { JsonNode, JsonObject } from "./json.ts";

export interface ParsedJson {
  readonly root: JsonNode;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses a JSON text into a tree with places. Never throws; all mistakes are in the diagnostics.
 * A name set twice is an error in the root object and a warning further down, where programs commonly take the last.
 */
export function parseJson(file: SourceFile): ParsedJson {
  const parser = new JsonParser(file);
  const root = parser.parse();
  reportDuplicates(root, "error", parser.diagnostics);
  return { root, diagnostics: limitDiagnostics(parser.diagnostics) };
}

function reportDuplicates(node: JsonNode, severity: Diagnostic["severity"], diagnostics: Diagnostic[]): void {
  if (node.kind === "array") for (const item of node.items) reportDuplicates(item, "warning", diagnostics);
  if (node.kind !== "object") return;
  diagnostics.push(...duplicatesIn(node, severity));
  for (const property of node.properties) reportDuplicates(property.value, "warning", diagnostics);
}

/** A diagnostic for each property of the object whose name was set before. */
export function duplicatesIn(object: JsonObject, severity: Diagnostic["severity"]): Diagnostic[] {
  const seen = new Map<string, SourceRange>();
  return object.properties.flatMap(({ name, nameRange }) => {
    const first = seen.get(name);
    if (first !== undefined) return [duplicateProperty(name, first, nameRange, severity)];
    seen.set(name, nameRange);
    return [];
  });
}
