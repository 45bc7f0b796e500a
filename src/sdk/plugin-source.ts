/** The address of a plugin: host, namespace and name. */
export interface PluginSource {
  /** As it was written; folders are called so. */
  readonly text: string;
  readonly host: string;
  /** Between host and name; most have one. */
  readonly namespace: readonly string[];
  readonly name: string;
}

export const EXAMPLE_SOURCE = "github.com/hashicorp/happycloud";

const MOST_PARTS = 16;
const PART = /^[\p{L}\p{N}](?:[\p{L}\p{N}]|-(?!-))*$/u;

/** Reads `github.com/hashicorp/happycloud`, or says what is wrong with it, one sentence each. */
export function parsePluginSource(text: string): PluginSource | { readonly problems: readonly string[] } {
  const parts = text.split("/");
  const name = parts.at(-1)!;
  const problems = [...problemsOfAddress(text, parts), ...problemsOfName(name)];
  if (problems.length > 0) return { problems };
  return { text, host: parts[0]!, namespace: parts.slice(1, -1), name };
}

function problemsOfAddress(text: string, parts: readonly string[]): readonly string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [/^[a-z][a-z0-9+.-]*:/i.test(text), "It must not begin with a scheme such as https://."],
    [text.startsWith("/"), "It must not begin with a slash."],
    [text.endsWith("/"), "It must not end with a slash."],
    [text.includes("?"), "It must not hold a query (?…)."],
    [text.includes("#"), "It must not hold a fragment (#…)."],
    [parts.length < 3, "It needs at least three parts: host, namespace and name."],
    [parts.length > MOST_PARTS, `It must not have more than ${MOST_PARTS} parts.`],
    // Parts become folders: none of them may lead elsewhere.
    [parts.slice(1, -1).includes(""), "None of its parts may be empty."],
    [parts.some((part) => /^\.+$|[\\:\0]/.test(part)), "Its parts must be names of folders."],
  ];
  return checks.flatMap(([isWrong, sentence]) => (isWrong ? [sentence] : []));
}

function problemsOfName(name: string): readonly string[] {
  if (name === "") return [];
  if (!PART.test(name) || name.endsWith("-")) {
    return [`The name "${name}" must be letters, digits and single dashes, with a letter or digit at both ends.`];
  }
  if (!name.startsWith("packer-")) return [];
  const short = name.replace(/^packer-(plugin-)?/, "");
  return [`The name must not begin with "packer-": that is part of the repository's name only. Write "${short}".`];
}

/** The address that somebody meant who wrote the one of a web page, of a repository, or only the end of an address. */
export function meantPluginSource(text: string): string | undefined {
  const parts = text
    .replace(/^[a-z][a-z0-9+.-]*:\/*/i, "")
    .replace(/[?#].*$|\/+$|\.git$/, "")
    .split("/");
  const name = parts.pop()!.replace(/^packer-(plugin-)?/, "");
  const missing = ["github.com", "hashicorp"].slice(0, Math.max(0, 2 - parts.length));
  const meant = [...missing, ...parts, name].join("/");
  return "problems" in parsePluginSource(meant) ? undefined : meant;
}
