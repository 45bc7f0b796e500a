/**
 * A native package that may be missing: not made for this machine or this version of Node, or left out of the
 * installation. Its name must not be a literal where it is passed, so that it is looked for when it is needed.
 */
export async function optionalPackage<Package>(name: string): Promise<Package | undefined> {
  try {
    const loaded = (await import(name)) as { readonly default?: Package } & Package;
    return loaded.default ?? loaded;
  } catch {
    return undefined;
  }
}
