import { isSensitive } from "../language/marks.ts";
import { childrenOf, type Value } from "../language/value.ts";
import { plainValue } from "./plain-value.ts";

/** The texts in every sensitive part of a value. */
export function secretsIn(value: Value): readonly string[] {
  if (!isSensitive(value)) return childrenOf(value).flatMap(secretsIn);
  const secrets: string[] = [];
  plainValue(value, [], { sensitivePaths: [], secrets });
  return secrets;
}
