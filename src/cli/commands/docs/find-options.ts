import { describeSchema, type OptionDescription } from "./describe.ts";
import type { Component } from "../../../sdk/component.ts";

/** A component, and those of its options that were asked for. */
export interface Excerpt {
  readonly component: Component;
  readonly options: readonly OptionDescription[];
}

/**
 * The options of a component that words lead to: an option, a block and an option in it (`a b` or `a.b`), or with `_` at the
 * end all that begin so.
 */
export function findOptions(component: Component, words: readonly string[]): Excerpt {
  const path = words.flatMap((word) => word.split("."));
  return { component, options: within(describeSchema(component.schema), path) };
}

function within(
  options: readonly OptionDescription[],
  [first, ...others]: readonly string[],
): readonly OptionDescription[] {
  if (first === undefined) return options;
  const found = options.filter(({ name }) => (first.endsWith("_") ? name.startsWith(first) : name === first));
  if (others.length === 0) return found;
  return found.flatMap(({ nested = [] }) => within(nested, others));
}

/** Every name that can be asked for, those in blocks as `block.option`. */
export function optionNames(options: readonly OptionDescription[], prefix = ""): readonly string[] {
  return options.flatMap(({ name, nested = [] }) => [`${prefix}${name}`, ...optionNames(nested, `${prefix}${name}.`)]);
}
