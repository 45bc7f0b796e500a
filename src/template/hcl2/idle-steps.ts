import type { Expression } from "../../language/ast.ts";
import type { SourceRange } from "../../language/source.ts";
import type { Report } from "../diagnostics.ts";
import { nameOfOtherBuild, unmatchedName } from "../messages/builds.ts";
import { matchesAny, takesPart, type OnlyExcept } from "../only-except.ts";
import type { HclMetaReader } from "./hcl-meta-reader.ts";
import { constantText } from "./locate-argument.ts";
import type { BlockMember } from "./plan-context.ts";

export interface IdleStepsOptions {
  readonly members: readonly BlockMember[];
  /** Every name of every build of the template. */
  readonly allNames: readonly string[];
  /** Some members of the block are not known: names may be theirs. */
  readonly isIncomplete: boolean;
  readonly report: Report;
}

/** Finds the steps of a build block that take part in none of its builds, and names in `only` and the like that mean none. */
export class IdleSteps {
  readonly #options: IdleStepsOptions;
  /** A name in the block means no build, and that is reported. */
  hasWrongName = false;

  constructor(options: IdleStepsOptions) {
    this.#options = options;
  }

  /** Whether a step takes part in no build; reports names of its meta-arguments that mean none. */
  includes(onlyExcept: OnlyExcept, meta: HclMetaReader): boolean {
    for (const key of ["only", "except", "override"]) {
      const expression = meta.attribute(key)?.expression;
      for (const { name, range } of expression ? constantNames(expression) : []) this.#check(key, name, range);
    }
    return !this.#options.members.some(({ names }) => takesPart(onlyExcept, names));
  }

  #check(key: string, name: string, subject: SourceRange): void {
    const { members, allNames, isIncomplete, report } = this.#options;
    const names = members.flatMap((member) => member.names);
    if (isIncomplete || matchesAny([name], names)) return;
    if (matchesAny([name], allNames)) return report(nameOfOtherBuild(key, name, subject));
    this.hasWrongName = true;
    report(unmatchedName({ key, name, subject }, names));
  }
}

interface ConstantName {
  readonly name: string;
  readonly range: SourceRange;
}

/** The texts of a list, or the keys of an object, that are written out. */
function constantNames(expression: Expression): readonly ConstantName[] {
  if (expression.kind === "tuple") return expression.items.flatMap((item) => named(constantText(item), item.range));
  if (expression.kind !== "object") return [];
  return expression.items.flatMap(({ bareKey, key }) => named(bareKey ?? constantText(key), key.range));
}

const named = (name: string | undefined, range: SourceRange): readonly ConstantName[] =>
  name === undefined ? [] : [{ name, range }];
