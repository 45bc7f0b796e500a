import { boolValue, nullValue, numberValue, objectValue, stringValue, tupleValue, type Value } from "./value.ts";

/** JSON data nested deeper than this is refused rather than risking the stack. */
export const MAX_DATA_DEPTH = 1_000;

/**
 * A value from JSON data: arrays become tuples, objects become objects. Members that are `undefined` are left out.
 * @throws RangeError when the data is nested deeper than {@link MAX_DATA_DEPTH}.
 */
export function valueFromJs(data: unknown, depth = 0): Value {
  if (depth > MAX_DATA_DEPTH) throw new RangeError(`nested deeper than ${MAX_DATA_DEPTH} levels`);
  switch (typeof data) {
    case "string":
      return stringValue(data);
    case "number":
    case "bigint":
      return numberValue(data);
    case "boolean":
      return boolValue(data);
    default:
  }
  if (data === null || data === undefined) return nullValue();
  if (Array.isArray(data)) return tupleValue(data.map((item) => valueFromJs(item, depth + 1)));
  const entries = Object.entries(data).filter(([, item]) => item !== undefined);
  return objectValue(entries.map(([key, item]) => [key, valueFromJs(item, depth + 1)] as const));
}
