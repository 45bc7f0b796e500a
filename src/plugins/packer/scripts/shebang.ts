/** A first line `#!` that the user wrote counts more than the default one. `wanted`: what an option asks for. */
export function withShebang(lines: readonly string[], wanted: string | undefined): readonly string[] {
  const hasOwn = lines[0]?.startsWith("#!") && wanted === undefined;
  return hasOwn ? lines : [`#!${wanted ?? "/bin/sh -e"}`, ...lines];
}
