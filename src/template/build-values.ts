import { mark } from "../language/marks.ts";
import { valueFromJs } from "../language/from-js.ts";
import { DYNAMIC, objectValue, STRING, stringValue, unknownValue, type Value } from "../language/value.ts";
import type { GeneratedData } from "../sdk/component.ts";

/** What `build.*` offers whatever the builder. */
export const COMMON_BUILD_VALUES: readonly string[] = [
  "ID",
  "Host",
  "Port",
  "User",
  "Password",
  "ConnType",
  "PackerRunUUID",
  "PackerHTTPAddr",
  "PackerHTTPIP",
  "PackerHTTPPort",
  "SSHPublicKey",
  "SSHPrivateKey",
  "SSHPrivateKeyFile",
  "SSHAgentAuth",
  "WinRMPassword",
];

const secretValues: ReadonlySet<string> = new Set(["Password", "SSHPrivateKey", "WinRMPassword"]);
const numbers: ReadonlySet<string> = new Set(["Port", "PackerHTTPPort"]);

/** The `build` object: unknown values before the machine runs, those of `data` after. */
export function buildValue(blockName: string, extraNames: readonly string[], data: GeneratedData | undefined): Value {
  const names = new Set([...COMMON_BUILD_VALUES, ...extraNames, ...Object.keys(data ?? {})]);
  const entries = [...names].map((name): [string, Value] => {
    const value = data ? valueFromJs(data[name] ?? "") : unknownValue(numbers.has(name) ? DYNAMIC : STRING);
    return [name, secretValues.has(name) ? mark(value) : value];
  });
  return objectValue([...entries, ["name", stringValue(blockName)]]);
}
