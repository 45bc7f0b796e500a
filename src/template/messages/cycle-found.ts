import type { Diagnostic } from "../../language/diagnostic.ts";
import { lineOf } from "../../language/position.ts";
import { formatReference } from "../../language/references.ts";
import type { SourceRange } from "../../language/source.ts";
import { error } from "../diagnostics.ts";
import { headerOf } from "../hcl2/declarations.ts";
import { referencesOf, type ValueGraph, type ValueNode } from "../hcl2/value-graph.ts";

/** Shows the whole cycle, with the place of every reference in it. */
export function cycleFound(cycle: readonly string[], { nodes }: ValueGraph): Diagnostic {
  const steps = cycle.slice(0, -1).map((address, index) => {
    const target = cycle[index + 1]!;
    const range = referenceRange(nodes.get(address)!, target);
    const place = `${range.file.name}:${lineOf(range.file, range.start)}`;
    return { range, text: `  ${address} refers to ${target} at ${place}` };
  });
  const detail = [
    `These values depend on each other in a circle: ${cycle.join(" → ")}.`,
    ...steps.map(({ text }) => text),
  ];
  return error("reference-cycle", steps[0]!.range, "Reference cycle", detail.join("\n"));
}

function referenceRange(node: ValueNode, target: string): SourceRange {
  const all = referencesOf(node);
  const exact = all.find((reference) => `${formatReference(reference)}.`.startsWith(`${target}.`));
  const found = exact ?? all.find(({ root }) => target.startsWith(`${root}.`));
  return found?.range ?? headerOf(node.kind === "data" ? node.block : node.item);
}
