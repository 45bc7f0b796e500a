import { resolve } from "node:path";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { mark } from "../../language/marks.ts";
import { DYNAMIC, objectValue, unknownValue } from "../../language/value.ts";
import { error } from "../diagnostics.ts";
import { displayPath, type TemplatePath } from "../files/template-files.ts";
import type { LoadOptions } from "../load-options.ts";
import type { InputVariable } from "../model.ts";
import type { Declarations } from "./declarations.ts";
import { readVariable, validateVariable, type VariableDeclaration } from "./input-variable.ts";
import { readVariableFiles } from "./variable-files.ts";
import { assignVariables, type GivenValue } from "./variable-values.ts";

export interface VariablesContext {
  readonly declared: Declarations["variables"];
  readonly options: LoadOptions;
  readonly path: TemplatePath;
  /** The functions, and no names. */
  readonly scope: Scope;
  readonly settle: <Result>(compute: () => Result) => Promise<Result>;
  readonly report: (...diagnostics: readonly Diagnostic[]) => void;
  readonly onSecrets: (secrets: readonly string[]) => void;
}

/** Reads the declarations of input variables, gives them their values and holds these against their rules. */
export async function loadVariables(context: VariablesContext): Promise<readonly InputVariable[]> {
  const { declared, scope, settle, report, onSecrets, options, path } = context;
  const { varFiles, vars, host, undeclaredVariables } = options;
  const { declarations, problems } = await settle(() => {
    const problems: Diagnostic[] = [];
    const read = [...declared.values()].map((item) => readVariable(item, scope, problems));
    return { declarations: new Map(read.map((declaration) => [declaration.name, declaration])), problems };
  });
  const found: Diagnostic[] = [];
  const files = await readVariableFiles(
    [...path.autoVariableFiles, ...varFiles.map((file) => resolve(host.cwd, file))],
    host.cwd,
    found,
  );
  const { values, refused, secrets } = assignVariables(
    declarations,
    { env: host.env, files, vars, undeclaredVariables },
    found,
  );
  onSecrets(secrets);
  report(...problems, ...found);
  const variables: InputVariable[] = [];
  for (const declaration of declarations.values()) {
    const given = values.get(declaration.name);
    if (!given && !refused.has(declaration.name) && !declaration.isBroken) report(unset(declaration, path, host.cwd));
    const variable = toVariable(declaration, given);
    const own = childScope(scope, [["var", objectValue({ [variable.name]: variable.value })]]);
    report(...(await settle(() => validateVariable(declaration, own))));
    variables.push(variable);
  }
  return variables;
}

function toVariable(declaration: VariableDeclaration, given: GivenValue | undefined): InputVariable {
  const { name, description, sensitive } = declaration;
  const type = declaration.type ?? given?.value.type ?? DYNAMIC;
  const plain = given?.value ?? unknownValue(type);
  const value = sensitive ? mark(plain) : plain;
  const required = declaration.default === undefined;
  return { name, description, type, sensitive, required, value, origin: given?.origin ?? "" };
}

function unset({ name, range }: VariableDeclaration, path: TemplatePath, cwd: string): Diagnostic {
  const [beside] = path.ignoredVariableFiles;
  const note = beside
    ? `\n${displayPath(beside, cwd)} is not read: that is done when the template is given as a directory.`
    : "";
  const detail = `var.${name} has no value. Give it one with -var, -var-file or the environment variable PKR_VAR_${name}, or give it a default.${note}`;
  return error("unset-variable", "Unset variable", detail, range);
}
