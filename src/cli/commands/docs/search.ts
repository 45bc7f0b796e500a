import { functionReference } from "../../../language/functions/catalog.ts";
import type { Component } from "../../../sdk/component.ts";
import { describeSchema, type OptionDescription } from "./describe.ts";

/** One thing that a search found. */
export interface Found {
  /** The words after `imgbuild docs` that show it. */
  readonly show: string;
  readonly description: string;
}

/** Components, options and functions whose name or description has the text, names first. */
export async function search(components: readonly Component[], text: string): Promise<readonly Found[]> {
  const functions = await functionReference();
  const all = [
    ...components.map(({ kind, type, summary }) => ({ show: `${kind} ${type}`, name: type, description: summary })),
    ...components.flatMap(optionsOf),
    ...functions.map(({ name, description }) => ({ show: `function ${name}`, name, description })),
  ];
  const wanted = text.toLowerCase();
  const named = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  const described = all.filter((one) => !named.includes(one) && one.description.toLowerCase().includes(wanted));
  return [...named, ...described].map(({ show, description }) => ({ show, description }));
}

function optionsOf({ kind, type, schema }: Component) {
  return described(describeSchema(schema), `${kind} ${type}`);
}

function described(
  options: readonly OptionDescription[],
  within: string,
): readonly (Found & { readonly name: string })[] {
  return options.flatMap(({ name, description, deprecated, nested = [] }) => {
    const show = `${within} ${name}`;
    const words = deprecated === undefined ? description : `Deprecated: ${deprecated}.`;
    return [{ show, name, description: words }, ...described(nested, show)];
  });
}
