import type { SourceRange } from "../../language/source.ts";
import type { DeclaredNames } from "./declared-names.ts";
import type { Advice } from "./unquoted-advice.ts";

/** What was meant by a name that there is not, where it is the name of something else, or stands in the wrong place. */
export function rootAdvice(
  subject: SourceRange,
  { variables, locals, dataSources }: DeclaredNames,
): Advice | undefined {
  const { file, start } = subject;
  const name = file.text.slice(start, subject.end);
  const [written = ""] = /^[\w-]+(?:\.[\w-]+)*/.exec(file.text.slice(start)) ?? [];
  const before: SourceRange = { file, start, end: start };
  const within = (root: string, what: string): Advice => ({
    hint: `For the ${what}, write ${root}.${written}.`,
    edits: [{ range: before, text: `${root}.` }],
  });
  if (written !== name && Object.hasOwn(OTHER_ROOTS, name)) {
    const root = OTHER_ROOTS[name]!;
    return { hint: `Did you mean "${root}"?`, edits: [{ range: subject, text: root }] };
  }
  if (variables.has(name)) return within("var", "input variable");
  if (locals.has(name)) return within("local", "local value");
  if (dataSources.has(written.split(".").slice(0, 2).join("."))) return within("data", "data source");
  if (name === "build") return { hint: "build.* can be used in provisioners and post-processors." };
  if (name === "each") return { hint: "each.key and each.value can be used in blocks with for_each." };
  if (/^source\.(name|type)$/.test(written)) {
    return { hint: `${written} can be used in source blocks, and inside of build blocks.` };
  }
  if (CALLS.has(written)) {
    const end = start + written.length;
    const edits = [{ range: { file, start: end, end }, text: "()" }];
    return { hint: `It is a function: write ${written}().`, edits };
  }
  return undefined;
}

/** What the values of a template are called in other languages and in JSON templates. */
const OTHER_ROOTS: Readonly<Record<string, string>> = {
  vars: "var",
  variable: "var",
  variables: "var",
  input: "var",
  user: "var",
  locals: "local",
  datasource: "data",
};

/** Functions without arguments. */
const CALLS: ReadonlySet<string> = new Set(["timestamp", "uuidv4"]);
