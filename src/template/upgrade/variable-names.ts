import { functionCalls, type TemplateCall } from "../../lib/go-template/calls.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import type { LegacyTemplate } from "../json/legacy-template.ts";
import { hclName } from "./hcl-text.ts";

type Variables = LegacyTemplate["variables"];

/** What the user variables of a JSON template are in HCL2: input variables or local values, and by which name. */
export class VariableNames {
  readonly #variables: Variables;
  readonly #locals: ReadonlySet<string>;
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(variables: Variables) {
    this.#variables = variables;
    this.#locals = localNames(variables);
    for (const name of variables.keys()) this.nameOf(name);
  }

  isLocal(name: string): boolean {
    return this.#locals.has(name);
  }

  /** The default as written; null where a value has to be given. */
  defaultOf(name: string): string | null {
    const value = this.#variables.get(name);
    return value === undefined || value === null || reaches(name, this.#variables) ? null : value;
  }

  /** A valid name, which no other variable gets. */
  nameOf(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const given = this.unused(hclName(name));
    this.#names.set(name, given);
    return given;
  }

  /** `wanted`, or with a number where that is taken. */
  unused(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.#taken.add(name);
    return name;
  }

  /** `var.x` or `local.x` */
  referenceTo(name: string): string {
    const root = this.isLocal(name) ? "local" : "var";
    return `${root}.${this.nameOf(name)}`;
  }
}

/**
 * Variables whose value calls anything but `env`: HCL2 takes constants as defaults, so these become local values. One that
 * is made from itself is none: that is how JSON templates say that a value has to be given.
 */
function localNames(variables: Variables): ReadonlySet<string> {
  const computed = [...variables].filter(([name, value]) => {
    const isComputed = value?.includes("{{") && !callsIn(value).every((call) => call.name === "env");
    return isComputed && !reaches(name, variables);
  });
  return new Set(computed.map(([name]) => name));
}

/** Whether the value of a variable is made from the variable itself, perhaps by way of others. */
function reaches(name: string, variables: Variables): boolean {
  const seen = new Set<string>();
  const pending = [name];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    for (const used of usedBy(variables.get(current))) {
      if (used === name) return true;
      if (!seen.has(used)) pending.push(used);
      seen.add(used);
    }
  }
  return false;
}

function usedBy(value: string | null | undefined): readonly string[] {
  if (!value?.includes("{{")) return [];
  return callsIn(value).flatMap(({ name, args: [first] }) =>
    name === "user" && first?.kind === "literal" ? [String(first.value)] : [],
  );
}

function callsIn(text: string): readonly TemplateCall[] {
  try {
    return functionCalls(parseGoTemplate(text));
  } catch {
    return [];
  }
}
