import type { GivenArguments } from "../given-arguments.ts";
import type { JsonRecord } from "../fix/legacy-document.ts";
import type { JsonData } from "./json-data.ts";

/** The arguments of a component of a legacy template: an object without its meta-arguments, under an override. */
export function jsonArguments(
  data: JsonData,
  owner: JsonRecord,
  options: {
    readonly skip: ReadonlySet<string>;
    readonly override?: JsonRecord | undefined;
    /** Whether a text refers to something secret. */
    readonly isSecretText: (text: string) => boolean;
  },
): GivenArguments {
  const { override = {}, skip } = options;
  const own = Object.entries(owner).filter(([name]) => !skip.has(name));
  // Meta-arguments have no place in an override: there they are arguments that the component does not have.
  const input = { ...Object.fromEntries(own), ...override };
  return {
    input,
    diagnostics: [],
    rangeOf: (path, part) => data.rangeOf(Object.hasOwn(override, String(path[0])) ? override : owner, path, part),
    isSensitive(path) {
      const value = path.reduce<unknown>(
        (holder, step) => (holder as Record<string | number, unknown> | undefined)?.[step],
        input,
      );
      return typeof value === "string" && options.isSecretText(value);
    },
    secrets: [],
  };
}
