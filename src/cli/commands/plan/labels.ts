import type { Unit } from "../../../core/plan/unit.ts";
import { UsageError } from "../../usage-error.ts";

/** `-label`: the labels of an engine, by what a unit needs. */
export type LabelTable = ReadonlyMap<string, readonly string[]>;

/** The need of a unit that needs nothing of its host. */
export const ANY = "any";

/** Reads `kvm=metal,kvm-large`. Throws a UsageError. */
export function parseLabels(given: readonly string[]): LabelTable {
  return new Map(
    given.map((text) => {
      const [, need, labels] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
      if (need === undefined) throw new UsageError(`-label is NEED=LABELS (kvm=metal), not "${text}"`);
      return [need, labels!.split(",").map((label) => label.trim())];
    }),
  );
}

/** What the host of a unit must have, in the words of `-label`. */
export function hostNeeds({ needs: { host, architecture } }: Unit): readonly string[] {
  const names = architecture === undefined ? host : [...host, architecture];
  return names.length === 0 ? [ANY] : names;
}

/** The labels of a unit; those of a need that `-label` does not name are `otherwise`. */
export function labelsOf(
  unit: Unit,
  table: LabelTable,
  otherwise: (need: string) => readonly string[],
): readonly string[] {
  return [...new Set(hostNeeds(unit).flatMap((need) => table.get(need) ?? otherwise(need)))];
}
