import type { Unit } from "../../../core/plan/unit.ts";

/** One line to know each unit by, by id: its build, with its template where several have a build of that name. */
export function unitNames(units: readonly Unit[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { build } of units) counts.set(oneLine(build), (counts.get(oneLine(build)) ?? 0) + 1);
  return new Map(
    units.map(({ id, build, template }) => {
      const isAlone = counts.get(oneLine(build)) === 1;
      return [id, isAlone ? oneLine(build) : oneLine(`${template}: ${build}`)];
    }),
  );
}

/** What ends a line, or is not seen, is no part of a name. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/ +/g, " ")
    .trim();
