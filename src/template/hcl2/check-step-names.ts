import type { Expression } from "../../language/ast.ts";
import type { SourceRange } from "../../language/source.ts";
import { entriesOf, isNull, type Value } from "../../language/value.ts";
import { unknownBuildName } from "../messages/builds.ts";
import { matchesAny } from "../only-except.ts";
import type { HclMetaReader } from "./hcl-meta-reader.ts";
import { constantText } from "./locate-argument.ts";
import type { PlanContext, SourceNames } from "./plan-context.ts";

interface StepNames {
  readonly meta: HclMetaReader;
  /** Of every source of the build block, those that are not selected or disabled too. */
  readonly sources: readonly SourceNames[];
}

/** A name in `only`, `except` or `override` that no source of the build block has does nothing: it deserves a word. */
export function checkStepNames({ meta, sources }: StepNames, { report }: Pick<PlanContext, "report">): void {
  const addresses = sources.map(({ address }) => address);
  for (const key of ["only", "except"]) {
    const given = meta.texts(key) ?? [];
    for (const [index, name] of given.entries()) {
      if (matchesAny([name], addresses) || mayExist(name, sources)) continue;
      const subject = rangeOfItem(meta, key, { index, count: given.length });
      const meant = sources.find(({ label }) => label === name)?.address;
      report(unknownBuildName({ key, name, subject }, { known: addresses, meant }));
    }
  }
  checkOverride(meta, sources, report);
}

function checkOverride(meta: HclMetaReader, sources: readonly SourceNames[], report: PlanContext["report"]): void {
  const attribute = meta.attribute("override");
  const value: Value | undefined = attribute && meta.value("override");
  if (!attribute || !value || isNull(value) || !(value.content instanceof Map)) return;
  const labels = sources.map(({ label }) => label);
  for (const [name] of entriesOf(value)) {
    const isKnown =
      labels.includes(name) || sources.some(({ label, isOpen }) => isOpen && name.startsWith(`${label}-`));
    if (isKnown) continue;
    const meant = sources.find(({ address }) => address === name)?.label;
    const subject = keyRange(attribute.expression, name);
    report(unknownBuildName({ key: "override", name, subject }, { known: labels, meant }));
  }
}

/** Where a key of an object stands; all of it where it is not written out. */
function keyRange(expression: Expression, name: string): SourceRange {
  if (expression.kind !== "object") return expression.range;
  const item = expression.items.find(({ bareKey, key }) => (bareKey ?? constantText(key)) === name);
  return item?.key.range ?? expression.range;
}

/** Perhaps in another round of a `for_each` that has no elements now. */
const mayExist = (name: string, sources: readonly SourceNames[]): boolean =>
  sources.some(({ address, isOpen }) => isOpen && name.startsWith(`${address}-`));

function rangeOfItem(
  meta: HclMetaReader,
  key: string,
  { index, count }: { readonly index: number; readonly count: number },
): SourceRange {
  const { expression } = meta.attribute(key)!;
  if (expression.kind !== "tuple" || expression.items.length !== count) return expression.range;
  return expression.items[index]!.range;
}
