import { mark } from "../language/marks.ts";
import { valueFromJs } from "../language/from-js.ts";
import { DYNAMIC, objectValue, STRING, stringValue, unknownValue, type Value } from "../language/value.ts";
import { BUILD_VALUES } from "../sdk/build-values.ts";
import type { GeneratedData } from "../sdk/component.ts";

const secretValues: ReadonlySet<string> = new Set(["Password", "SSHPrivateKey", "WinRMPassword"]);
const numbers: ReadonlySet<string> = new Set(["Port", "PackerHTTPPort"]);

/** Every name of `build.*` and `{{ build "…" }}`; undefined where a builder's own are not known. */
export function buildValueNames(extraNames: readonly string[] | "any"): readonly string[] | undefined {
  return extraNames === "any" ? undefined : [...BUILD_VALUES, ...extraNames];
}

/** The `build` object: unknown values before the machine runs, those of `data` after. */
export function buildValue(
  blockName: string,
  extraNames: readonly string[] | "any",
  data: GeneratedData | undefined,
): Value {
  // Then it may have any attribute.
  if (extraNames === "any" && data === undefined) return unknownValue(DYNAMIC);
  const extra = extraNames === "any" ? [] : extraNames;
  const names = new Set([...BUILD_VALUES, ...extra, ...Object.keys(data ?? {})]);
  const entries = [...names].map((name): [string, Value] => {
    const value = valueNamed(name, data);
    return [name, secretValues.has(name) ? mark(value) : value];
  });
  return objectValue([...entries, ["name", stringValue(blockName)]]);
}

function valueNamed(name: string, data: GeneratedData | undefined): Value {
  if (data) return valueFromJs(data[name] ?? "");
  return unknownValue(numbers.has(name) ? DYNAMIC : STRING);
}
