import { BUILD_VALUES } from "../../sdk/build-values.ts";
import type { DeclaredNames } from "./declared-names.ts";
import { rootAdvice } from "./root-advice.ts";
import { unquotedAdvice } from "./unquoted-advice.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { suggesting, type Misspelt } from "../../language/suggestion.ts";

/** Rewrites what the evaluator says about a missing attribute into what it means for a template. */
export class References {
  readonly #declared: DeclaredNames;

  constructor(declared: DeclaredNames) {
    this.#declared = declared;
  }

  explain(diagnostic: Diagnostic): Diagnostic {
    if (diagnostic.code === "unknown-variable") return this.#explainRoot(diagnostic);
    if (diagnostic.code !== "unsupported-attribute" || !diagnostic.context) return diagnostic;
    const address = textAt(diagnostic.context);
    // What is missing inside of a declared value was said in full by the evaluator.
    if (!isAddress(address)) return diagnostic;
    const [root, ...steps] = address.split(".");
    const subject = root === "data" ? dataAddress(diagnostic.context) : diagnostic.subject;
    const name = root === "data" && subject ? textAt(subject) : steps.join(".");
    const explanation = explanations[root!]?.(name, this.#declared);
    if (!explanation) return diagnostic;
    const { code, summary, detail, known, otherwise = "" } = explanation;
    const found: Diagnostic = { ...diagnostic, code, summary, detail, subject, values: undefined, edits: undefined };
    return suggesting(found, { name, known, otherwise });
  }

  #explainRoot(diagnostic: Diagnostic): Diagnostic {
    const { subject } = diagnostic;
    const name = subject && textAt(subject);
    if (!name) return diagnostic;
    const isMisspelt = diagnostic.edits !== undefined;
    const advice =
      rootAdvice(subject, this.#declared) ??
      (isMisspelt ? undefined : unquotedAdvice(subject, this.#declared.variables));
    if (!advice) return diagnostic;
    return { ...diagnostic, detail: `There is nothing named "${name}" here. ${advice.hint}`, edits: advice.edits };
  }
}

const textAt = ({ file, start, end }: SourceRange): string => file.text.slice(start, end);

/** `var.x`, `data.type.name`: a declaration, and nothing inside of it. */
const isAddress = (text: string): boolean => /^(?:(?:var|local|build)\.[\w-]+|data(?:\.[\w-]+){1,2})$/.test(text);

/** `type.name` in a reference that begins at `start`, or as much of it as is written. */
function dataAddress({ file, start }: SourceRange): SourceRange {
  const [, root = "", address = ""] = /^(data\.)([\w-]+(?:\.[\w-]+)?)/.exec(file.text.slice(start)) ?? [];
  const begin = start + root.length;
  return { file, start: begin, end: begin + address.length };
}

type Explanation = Pick<Diagnostic, "code" | "summary" | "detail"> & Pick<Misspelt, "known" | "otherwise">;

const explanations: Readonly<Record<string, (name: string, declared: DeclaredNames) => Explanation | undefined>> = {
  var: (name, { variables, locals }) => ({
    code: "unknown-input-variable",
    summary: "Reference to undeclared input variable",
    detail: `No input variable named "${name}" is declared.`,
    known: variables,
    otherwise: locals.has(name)
      ? ` For the local value, write local.${name}.`
      : ` Declare it with: variable "${name}" {}`,
  }),
  local: (name, { locals, variables }) => ({
    code: "unknown-local-value",
    summary: "Reference to undeclared local value",
    detail: `No local value named "${name}" is declared.`,
    known: locals,
    otherwise: variables.has(name)
      ? ` For the input variable, write var.${name}.`
      : ` Declare it with: locals { ${name} = … }`,
  }),
  data: (name, { dataSources }) => ({
    code: "unknown-data-source",
    summary: "Reference to undeclared data source",
    detail: `No data source "${name}" is declared.`,
    known: dataSources,
    otherwise: ' Declare it with: data "TYPE" "NAME" { … }',
  }),
  build: (name) => ({
    code: "unknown-build-value",
    summary: "Unknown build value",
    detail: `There is no build.${name} in this build.`,
    known: BUILD_VALUES,
  }),
};
