import type { TextEdit } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";

export interface Advice {
  /** Full sentences. */
  readonly hint: string;
  readonly edits?: readonly TextEdit[] | undefined;
}

/**
 * What was probably meant by a name that there is not: a variable of the shell (`${HOME}`), of the environment (`env.HOME`),
 * or a text whose quotes were forgotten (`none`, `source.null.first`).
 */
export function unquotedAdvice({ file, start }: SourceRange, variables: ReadonlySet<string>): Advice {
  const written = /^[\w-]+(?:\.[\w-]+)*/.exec(file.text.slice(start))?.[0] ?? "";
  const range = { file, start, end: start + written.length };
  const [root, ...steps] = written.split(".");
  if (root === "env" && steps.length === 1) {
    const call = `env("${steps[0]}")`;
    const hint = `For a variable of the environment, write ${call}, as the default of an input variable.`;
    return { hint, edits: fromEnvironment(range, steps[0]!, variables) };
  }
  if (file.name.endsWith(".json")) return { hint: "For text, leave out the ${ }." };
  const opening = /\$\{\s*$/.exec(file.text.slice(0, start));
  if (!opening) {
    const isBesideQuote = file.text[start - 1] === '"' || file.text[range.end] === '"';
    const edits = isBesideQuote ? undefined : [{ range, text: `"${written}"` }];
    return { hint: `Text is in quotes: "${written}".`, edits };
  }
  const at = opening.index;
  if (steps.length > 0) return { hint: `For the text itself, write $$\{${written}}.` };
  const hint = `For the shell's own variable, write $$\{${written}}. For one of the environment of imgbuild, give an input variable the default env("${written}").`;
  return { hint, edits: [{ range: { file, start: at, end: at }, text: "$" }] };
}

/** An input variable that has its value from the environment; none where there is one of its name already. */
function fromEnvironment(
  range: SourceRange,
  name: string,
  variables: ReadonlySet<string>,
): readonly TextEdit[] | undefined {
  const { file } = range;
  const variable = name.toLowerCase();
  if (variables.has(variable) || file.name.endsWith(".json")) return undefined;
  const end = file.text.length;
  const gap = file.text.endsWith("\n") ? "\n" : "\n\n";
  const block = `${gap}variable "${variable}" {\n  default = env("${name}")\n}\n`;
  return [
    { range, text: `var.${variable}` },
    { range: { file, start: end, end }, text: block },
  ];
}
