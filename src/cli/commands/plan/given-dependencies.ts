import type { Draft } from "../../../core/plan/draft.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { UsageError } from "../../usage-error.ts";

type Named = Pick<Draft, "id" | "build" | "template">;

/** Reads `-depends-on`: ids of what each unit waits for, by id. Throws a UsageError for what is no build, or more than one. */
export function givenDependencies(
  units: readonly Named[],
  given: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const dependencies = new Map<string, string[]>();
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`-depends-on is BUILD=BUILDS, not "${text}"`);
    const unit = idOf(text.slice(0, equals).trim(), units);
    const names = text.slice(equals + 1).split(",");
    const others = names.map((name) => idOf(name.trim(), units));
    dependencies.set(unit, [...(dependencies.get(unit) ?? []), ...others]);
  }
  return dependencies;
}

function idOf(name: string, units: readonly Named[]): string {
  const found = units.filter(({ id, build, template }) => [id, build, `${template}:${build}`].includes(name));
  if (found.length === 1) return found[0]!.id;
  if (found.length === 0) {
    const known = units.map(({ build }) => build);
    throw new UsageError(`-depends-on: there is no build "${name}"${didYouMean(name, known)}`);
  }
  const choices = found.map(({ template, build }) => `${template}:${build}`).join(", ");
  throw new UsageError(`-depends-on: "${name}" may be ${choices}. Name one of them.`);
}
