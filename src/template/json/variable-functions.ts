import type { FunctionLibrary } from "../../language/functions/library.ts";
import { isKnown, nullValue, stringValue, textOf, type Value } from "../../language/value.ts";
import type { TemplateFunctions } from "../../lib/go-template/execute.ts";
import type { TemplateFunction } from "../../lib/go-template/value.ts";

/** Functions that only values of user variables may call: they reach outside the template. */
export function variableFunctions(
  env: Readonly<Record<string, string | undefined>>,
  library: FunctionLibrary,
  onSecret: (text: string) => void,
): TemplateFunctions {
  const remote = (name: string, count: number) => remoteFunction({ library, name, count, onSecret });
  return new Map<string, TemplateFunction>([
    ["env", (name) => env[String(name)] ?? ""],
    ["consul_key", remote("consul_key", 1)],
    ["vault", remote("vault", 2)],
    ["aws_secretsmanager", remote("aws_secretsmanager", 2)],
    ["aws_secretsmanager_raw", remote("aws_secretsmanager_raw", 1)],
  ]);
}

interface RemoteFunction {
  readonly library: FunctionLibrary;
  readonly name: string;
  /** How many arguments it takes. */
  readonly count: number;
  readonly onSecret: (text: string) => void;
}

/** The function of the same name in HCL; "" until its answer has arrived (the library then repeats the evaluation). */
function remoteFunction({ library, name, count, onSecret }: RemoteFunction): TemplateFunction {
  return (...args) => {
    const definition = library.get(name);
    if (!definition || definition.special) return "";
    const given = Array.from({ length: count }, (_, index) => argumentValue(args[index]));
    const value = definition.call(given);
    if (!isKnown(value)) return "";
    if (definition.secretResult) onSecret(textOf(value));
    return textOf(value);
  };
}

function argumentValue(given: unknown): Value {
  if (given === undefined) return nullValue();
  return stringValue(String(given));
}

/** What to write instead of calling those functions elsewhere. */
export const refusedOutsideVariables: ReadonlyMap<string, string> = new Map(
  ["env", "consul_key", "vault", "aws_secretsmanager", "aws_secretsmanager_raw"].map((name) => [
    name,
    `"${name}" may only be called in "variables": set a variable there and use {{ user \`NAME\` }} here`,
  ]),
);
