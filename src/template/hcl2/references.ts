import { unquotedAdvice } from "./unquoted-advice.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";

/** The names a template declares, for messages about references to others. */
export interface DeclaredNames {
  readonly variables: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  /** `type.name` */
  readonly dataSources: ReadonlySet<string>;
}

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
    const explanation = explanations[root!]?.(steps.join("."), this.#declared);
    if (!explanation) return diagnostic;
    return { ...diagnostic, ...explanation, values: undefined };
  }

  #explainRoot(diagnostic: Diagnostic): Diagnostic {
    const { subject } = diagnostic;
    const name = subject && textAt(subject);
    if (!name) return diagnostic;
    const advice = unquotedAdvice(subject);
    const isMisspelt = diagnostic.detail.includes("Did you mean");
    const hint = rootHint(name, this.#declared) ?? (isMisspelt ? undefined : advice.hint);
    if (!hint) return diagnostic;
    const detail = `There is nothing named "${name}" here. ${hint}`;
    return { ...diagnostic, detail, ...(hint === advice.hint && { edits: advice.edits }) };
  }
}

const textAt = ({ file, start, end }: SourceRange): string => file.text.slice(start, end);

/** `var.x`, `data.type.name`: a declaration, and nothing inside of it. */
const isAddress = (text: string): boolean => /^(?:(?:var|local|build)\.[\w-]+|data(?:\.[\w-]+){1,2})$/.test(text);

type Explanation = Pick<Diagnostic, "code" | "summary" | "detail">;

const explanations: Readonly<Record<string, (name: string, declared: DeclaredNames) => Explanation | undefined>> = {
  var: (name, { variables }) => {
    const hint = didYouMean(name, variables) || ` Declare it with: variable "${name}" {}`;
    return {
      code: "unknown-input-variable",
      summary: "Reference to undeclared input variable",
      detail: `No input variable named "${name}" is declared.${hint}`,
    };
  },
  local: (name, { locals }) => ({
    code: "unknown-local-value",
    summary: "Reference to undeclared local value",
    detail: `No local value named "${name}" is declared.${didYouMean(name, locals)}`,
  }),
  data: (name, { dataSources }) => ({
    code: "unknown-data-source",
    summary: "Reference to undeclared data source",
    detail: `No data source "${name}" is declared.${didYouMean(name, dataSources)}`,
  }),
  build: (name) => ({
    code: "unknown-build-value",
    summary: "Unknown build value",
    detail: `There is no build.${name} in this build.`,
  }),
};

function rootHint(name: string, { variables, locals }: DeclaredNames): string | undefined {
  if (variables.has(name)) return `For the input variable, write var.${name}.`;
  if (locals.has(name)) return `For the local value, write local.${name}.`;
  if (name === "build") return "build.* can be used in provisioners and post-processors.";
  if (name === "each") return "each.key and each.value can be used in blocks with for_each.";
  return undefined;
}
