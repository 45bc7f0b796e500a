export function importGraph(root: string): Map<string, readonly string[]>;
export function cycleThrough(
  graph: ReadonlyMap<string, readonly string[]>,
  file: string,
  root: string,
): readonly string[] | undefined;
