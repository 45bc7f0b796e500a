/** A tree without its ranges, for comparing what texts mean and not where things stand in them. */
export function plain(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (/range$/i.test(key) ? undefined : value)));
}
