import type { Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { containsSensitive } from "../../language/marks.ts";
import { withArticle } from "../../language/convert-primitive.ts";
import { entriesOf, isKnown, isNull, itemsOf, objectValue, stringValue, type Value } from "../../language/value.ts";
import { formatNumber } from "../../language/number.ts";
import type { Decimal } from "decimal.js";
import { error } from "../diagnostics.ts";
import { NOT_KNOWN_YET, type MetaArguments } from "./meta-arguments.ts";

/** One round of a block with `for_each`; a block without has a single round without key. */
export interface Round {
  readonly key: string | undefined;
  /** The scope of the block with `each.key` and `each.value`. */
  readonly scope: Scope;
}

/** The rounds of a block: as many as `for_each` has elements, one without it, none after an error. */
export function roundsOf(
  meta: MetaArguments,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): readonly Round[] {
  const attribute = meta.attribute("for_each");
  if (!attribute) return [{ key: undefined, scope }];
  const value = meta.value("for_each")!;
  const entries = entriesFor(value);
  if (typeof entries === "string") {
    const code = isKnown(value) ? "invalid-for-each" : NOT_KNOWN_YET;
    report(error(code, "Invalid for_each", entries, attribute.expression.range));
    return [];
  }
  return entries.map(([key, item]) => {
    const each = objectValue({ key: stringValue(key), value: item });
    return { key, scope: childScope(scope, [["each", each]]) };
  });
}

/** Keys and values, or what is wrong. The key of an element of a set or list of texts is the text itself. */
function entriesFor(value: Value): readonly (readonly [string, Value])[] | string {
  if (!isKnown(value)) return "The collection has to be known before the build starts.";
  if (isNull(value)) return "The collection is null. For no block at all, give an empty one: [].";
  if (containsSensitive(value)) return "The collection must not be sensitive, because its keys are shown.";
  if (value.content instanceof Map) return [...entriesOf(value)];
  if (!Array.isArray(value.content)) return `A collection is needed, and this is ${withArticle(value.type)}.`;
  const entries = itemsOf(value).map((item, index) => [keyOf(item) ?? String(index), item] as const);
  const keys = new Set(entries.map(([key]) => key));
  if (keys.size === entries.length) return entries;
  return "Two elements are equal, so their blocks could not be told apart. Use a map, or remove duplicates with distinct().";
}

function keyOf({ content, type }: Value): string | undefined {
  if (typeof content === "string") return content;
  return type.kind === "number" && content !== null && typeof content === "object"
    ? formatNumber(content as Decimal)
    : undefined;
}
