import { invariant } from "../../../lib/invariant.ts";

/** What stands for `@key@`. */
type Values = Readonly<Record<string, string>>;

/** The text of a file of a recipe with its values, each written as the kind of the file wants it. */
export function render(path: string, text: string, values: Values): string {
  const escape = escapes.find(({ files }) => files.test(path))?.escape;
  if (escape === undefined) return text;
  return text.replaceAll(/@([a-z_]+)@/g, (_, key: string) => {
    const value = values[key];
    invariant(value !== undefined, `${path} asks for ${key}, which no recipe gives it`);
    return escape(key, value);
  });
}

/** Files of other kinds hold no values. */
const escapes: readonly { readonly files: RegExp; readonly escape: (key: string, value: string) => string }[] = [
  { files: /\.hcl$/, escape: (_, value) => inHclString(value) },
  // What is not the user's is written as Markdown.
  { files: /\.md$/, escape: (key, value) => (key === "name" ? inMarkdown(value) : value) },
];

/** Between the quotes of a string: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "Template Expressions". */
const inHclString = (text: string): string => text.replaceAll(/["\\]/g, "\\$&").replaceAll(/([$%])\{/g, "$1$1{");

const inMarkdown = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>#|!&~]/g, "\\$&");
