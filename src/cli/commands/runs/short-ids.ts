/** As short as can be told apart, and no shorter than this. */
const SHORTEST = 8;

/** What to call each run: the beginning of its id that no other begins with. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...ids].sort();
  return new Map(
    sorted.map((id, index) => {
      const neighbours = [sorted[index - 1], sorted[index + 1]];
      const shared = Math.max(...neighbours.map((other) => (other === undefined ? 0 : sharedLength(id, other))));
      return [id, id.slice(0, Math.max(SHORTEST, shared + 1))];
    }),
  );
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
