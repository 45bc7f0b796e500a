import { resolve } from "node:path";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { mark } from "../../language/marks.ts";
import { DYNAMIC, objectValue, unknownValue } from "../../language/value.ts";
import { displayPath, type TemplatePath } from "../files/template-files.ts";
import type { InputVariable } from "../model.ts";
import { readVariable } from "./input-variable.ts";
import type { Hcl2Context } from "./plan-context.ts";
import { readVariableFiles } from "./variable-files.ts";
import type { VariableDeclaration } from "./variable-declaration.ts";
import { validateVariable } from "./variable-validation.ts";
import { assignVariables, type AssignedValues, type GivenValue } from "./variable-values.ts";
import { unsetVariable } from "../messages/variables.ts";

export interface VariablesContext extends Pick<
  Hcl2Context,
  "declarations" | "options" | "settle" | "report" | "secrets"
> {
  readonly path: TemplatePath;
}

type VariableDeclarations = ReadonlyMap<string, VariableDeclaration>;

/** Input variables with what was given for them, which need not be all they need. */
export interface ReadVariables {
  readonly declared: VariableDeclarations;
  readonly assigned: AssignedValues;
  /** A file that could not be read may have values. */
  readonly isFileUnread: boolean;
}

/** Reads the declarations of input variables and assigns their values. `scope` has the functions, and no names. */
export async function readVariables(context: VariablesContext, scope: Scope): Promise<ReadVariables> {
  const { declared, problems } = await context.settle(() => readDeclarations(context, scope));
  const found: Diagnostic[] = [];
  const assigned = await assignValues(context, declared, found);
  context.report(...problems, ...found);
  const isFileUnread = hasErrors(found.filter(({ code }) => code === "unreadable-file"));
  return { declared, assigned, isFileUnread };
}

/** The variables with their values, after checking that each has one, and that it follows the rules. */
export async function checkVariables(
  { declared, assigned, isFileUnread }: ReadVariables,
  context: VariablesContext,
  scope: Scope,
): Promise<readonly InputVariable[]> {
  const { settle, report } = context;
  const variables: InputVariable[] = [];
  for (const declaration of declared.values()) {
    const given = assigned.values.get(declaration.name);
    const isMissing = !given && !assigned.refused.has(declaration.name) && !declaration.isBroken && !isFileUnread;
    if (isMissing) report(unsetVariable(declaration, unreadFile(context)));
    const variable = toVariable(declaration, given);
    const own = childScope(scope, [["var", objectValue({ [variable.name]: variable.value })]]);
    report(...(await settle(() => validateVariable(declaration, own))));
    variables.push(variable);
  }
  return variables;
}

function readDeclarations({ declarations }: VariablesContext, scope: Scope) {
  const problems: Diagnostic[] = [];
  const read = [...declarations.variables.values()].map((item) => readVariable(item, scope, problems));
  const declared: VariableDeclarations = new Map(read.map((declaration) => [declaration.name, declaration]));
  return { declared, problems };
}

async function assignValues(
  { options, path, secrets }: VariablesContext,
  declared: VariableDeclarations,
  found: Diagnostic[],
): Promise<AssignedValues> {
  const { varFiles, vars, undeclaredVariables } = options;
  const { cwd, env } = options.host;
  const named = varFiles.map((file) => resolve(cwd, file));
  const files = await readVariableFiles([...path.autoVariableFiles, ...named], cwd, found);
  const assigned = assignVariables(declared, { env, files, vars, undeclaredVariables }, found);
  secrets.add(assigned.secrets);
  return assigned;
}

function toVariable(declaration: VariableDeclaration, given: GivenValue | undefined): InputVariable {
  const { name, description, sensitive } = declaration;
  const type = declaration.type ?? given?.value.type ?? DYNAMIC;
  const plain = given?.value ?? unknownValue(type);
  const value = sensitive ? mark(plain) : plain;
  const required = declaration.default === undefined;
  return { name, description, type, sensitive, required, value, origin: given?.origin ?? "" };
}

/** A file of variables beside a single template file, which is not read. */
function unreadFile({ path, options }: VariablesContext): string | undefined {
  const [beside] = path.ignoredVariableFiles;
  return beside && displayPath(beside, options.host.cwd);
}
