import type { Decimal } from "decimal.js";
import { formatNumber } from "./number.ts";
import { isSensitive } from "./marks.ts";
import { UNKNOWN, type Value } from "./value.ts";

export type JsonData =
  string | number | boolean | null | undefined | readonly JsonData[] | { readonly [key: string]: JsonData };
export type DataPath = readonly (string | number)[];

export interface PlainData {
  /** Numbers that JS holds exactly are numbers, others their decimal text. Unknown parts are `undefined`. */
  readonly data: JsonData;
  readonly sensitivePaths: readonly DataPath[];
  readonly unknownPaths: readonly DataPath[];
}

/** The value as plain data for decoding into a configuration, together with what plain data cannot express. */
export function valueToJs(value: Value): PlainData {
  const sensitivePaths: DataPath[] = [];
  const unknownPaths: DataPath[] = [];
  const visit = (value: Value, path: DataPath): JsonData => {
    if (isSensitive(value)) sensitivePaths.push(path);
    const { content } = value;
    if (content === UNKNOWN) {
      unknownPaths.push(path);
      return undefined;
    }
    if (content === null || typeof content === "string" || typeof content === "boolean") return content;
    if (Array.isArray(content))
      return (content as readonly Value[]).map((item, index) => visit(item, [...path, index]));
    if (!(content instanceof Map)) return numberToJs(content as Decimal);
    const entries = [...(content as ReadonlyMap<string, Value>)];
    return Object.fromEntries(entries.map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  const data = visit(value, []);
  return { data, sensitivePaths, unknownPaths };
}

/** Exact means: the shortest text of the JS number is the same number. `0.1` is, `0.1000000000000000000001` is not. */
export function numberToJs(number: Decimal): number | string {
  const result = number.toNumber();
  const isExact = Number.isFinite(result) && number.equals(result);
  return isExact ? result : formatNumber(number);
}
