import type { Decimal } from "decimal.js";
import type { ScopedBody } from "../../language/dynamic-blocks.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { containsSensitive } from "../../language/marks.ts";
import { withArticle } from "../../language/convert-primitive.ts";
import { entriesOf, isKnown, isNull, itemsOf, objectValue, stringValue, type Value } from "../../language/value.ts";
import { formatNumber } from "../../language/number.ts";
import type { ExplainingContext } from "./evaluation.ts";
import { HclMetaReader, NOT_KNOWN_YET } from "./hcl-meta-reader.ts";
import { invalidForEach } from "../messages/builds.ts";

/** One round of a block with `for_each`; a block without has a single round without key. */
export interface Round {
  readonly key: string | undefined;
  /** The scope of the block with `each.key` and `each.value`. */
  readonly scope: Scope;
  /** The meta-arguments of the block, evaluated in that scope. */
  readonly meta: HclMetaReader;
}

/** The rounds of a block: as many as `for_each` has elements, one without it, none after an error. */
export function roundsOf(
  { attributes, scope }: Pick<ScopedBody, "attributes" | "scope">,
  context: ExplainingContext,
): readonly Round[] {
  const meta = new HclMetaReader({ attributes, scope }, context);
  const attribute = meta.attribute("for_each");
  if (!attribute) return [{ key: undefined, scope, meta }];
  const value = meta.value("for_each")!;
  const entries = entriesFor(value);
  if (typeof entries === "string") {
    const code = isKnown(value) ? "invalid-for-each" : NOT_KNOWN_YET;
    context.report({ ...invalidForEach(entries, attribute.expression.range), code });
    return [];
  }
  return entries.map(([key, item]) => {
    const each = objectValue({ key: stringValue(key), value: item });
    const inner = childScope(scope, [["each", each]]);
    return { key, scope: inner, meta: new HclMetaReader({ attributes, scope: inner }, context) };
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
  if (type.kind !== "number" || content === null || typeof content !== "object") return undefined;
  return formatNumber(content as Decimal);
}
