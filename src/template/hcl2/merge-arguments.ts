import type { GivenArguments } from "../given-arguments.ts";

/** Arguments of the build's own block override those of the source; blocks of a type are put together. */
export function mergeArguments(source: GivenArguments, added: GivenArguments): GivenArguments {
  const input: Record<string, unknown> = { ...source.input };
  for (const [name, value] of Object.entries(added.input)) input[name] = mergeValue(source, added, name) ?? value;
  return {
    input,
    diagnostics: [...source.diagnostics, ...added.diagnostics],
    rangeOf([name, index, ...rest], part) {
      if (name === undefined) return undefined;
      const { args, shift } = findOwner(source, added, [name, index]);
      if (index === undefined) return args.rangeOf([name], part);
      if (typeof index === "string") return args.rangeOf([name, index, ...rest], part);
      return args.rangeOf([name, index - shift, ...rest], part);
    },
    isSensitive: (path) => source.isSensitive(path) || added.isSensitive(path),
    secrets: [...source.secrets, ...added.secrets],
  };
}

/** The blocks of both; undefined where an argument takes the place of what was there. */
function mergeValue(source: GivenArguments, added: GivenArguments, name: string): readonly unknown[] | undefined {
  const before = blockGroup(source, name);
  const after = blockGroup(added, name);
  return before && after && [...before, ...after];
}

interface Owner {
  readonly args: GivenArguments;
  /** How many blocks of the same type come before those of `args`. */
  readonly shift: number;
}

function findOwner(
  source: GivenArguments,
  added: GivenArguments,
  [name, index]: readonly [string | number, string | number | undefined],
): Owner {
  if (!Object.hasOwn(added.input, name)) return { args: source, shift: 0 };
  const shift = blockGroup(source, String(name))?.length ?? 0;
  if (typeof index === "number" && index < shift) return { args: source, shift: 0 };
  return { args: added, shift };
}

function blockGroup({ input }: GivenArguments, name: string): readonly unknown[] | undefined {
  const value = input[name];
  if (!Array.isArray(value)) return undefined;
  const group: readonly unknown[] = value;
  return group.every((item) => typeof item === "object" && item !== null) ? group : undefined;
}
