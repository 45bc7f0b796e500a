import type { Path, RawArguments } from "./decode-state.ts";
import type { ConfigIssue, Schema } from "./schema.ts";

/** The arguments under their present names. Adds one warning to `issues` for each old one. */
export function rewriteOldNames(
  schema: Schema<unknown>,
  input: RawArguments,
  path: Path,
  issues: ConfigIssue[],
): RawArguments {
  let args: Record<string, unknown> = { ...input };
  for (const old of schema.legacy) {
    if (args[old.name] === undefined) continue;
    issues.push(deprecation(old.replacement, [...path, old.name]));
    args = old.apply(args);
  }
  for (const [oldName, newName] of Object.entries(schema.renamed)) {
    if (args[oldName] === undefined) continue;
    const issue = deprecation(`use "${newName}"`, [...path, oldName]);
    const isFree = args[newName] === undefined;
    issues.push(isFree ? { ...issue, fix: { kind: "replace", part: "name", text: newName } } : issue);
    args[newName] ??= args[oldName];
    delete args[oldName];
  }
  return args;
}

/** `replacement` completes the sentence "X is deprecated; …", where X is the last name of `path`. */
export function deprecation(replacement: string, path: Path): ConfigIssue {
  const detail = `"${path.at(-1)}" is deprecated; ${replacement}.`;
  return { severity: "warning", code: "deprecated-argument", path, summary: "Deprecated argument", detail };
}
