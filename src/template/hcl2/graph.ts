/** A directed graph as adjacency: what each node needs before it. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

export interface Ordered {
  /** Every node after all it needs; nodes on or behind a cycle are left out. */
  readonly order: readonly string[];
  /** Each cycle as the nodes along it, the first repeated at the end: `a → b → a`. */
  readonly cycles: readonly (readonly string[])[];
}

/** Sorts a graph so that everything comes after what it needs. Iterative: chains may be very long. */
export function topologicalOrder(dependencies: Dependencies): Ordered {
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [node, needs] of dependencies) {
    waiting.set(node, needs.length);
    for (const need of needs) appendTo(dependents, need, node);
  }
  const order = [...dependencies.keys()].filter((node) => waiting.get(node) === 0);
  for (const node of order) {
    for (const dependent of dependents.get(node) ?? []) {
      const left = waiting.get(dependent)! - 1;
      waiting.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  const rest = new Set([...dependencies.keys()].filter((node) => waiting.get(node)! > 0));
  return { order, cycles: findCycles(dependencies, rest) };
}

/** Walks from each remaining node along dependencies that remain, until a node comes up again. */
function findCycles(dependencies: Dependencies, rest: ReadonlySet<string>): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of rest) {
    const path: string[] = [];
    const positions = new Map<string, number>();
    let node: string | undefined = start;
    while (node !== undefined && !done.has(node) && !positions.has(node)) {
      positions.set(node, path.length);
      path.push(node);
      node = dependencies.get(node)!.find((need) => rest.has(need));
    }
    if (node !== undefined && positions.has(node)) cycles.push([...path.slice(positions.get(node)), node]);
    for (const visited of path) done.add(visited);
  }
  return cycles;
}

function appendTo(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
