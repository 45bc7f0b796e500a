/**
 * A pattern for build names: `*` any text, `?` one character, `[abc]`, `[a-z]`, `[!a]` a character of a set, `{a,b}`
 * either. A point is an ordinary character. Undefined where the pattern is malformed.
 */
export function compileGlob(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^${translate(pattern)}$`, "su");
  } catch {
    return undefined;
  }
}

function translate(pattern: string): string {
  let depth = 0;
  return pattern.replace(
    /\\[\s\S]|\[(!|\^)?([^\]]+)\]|[\s\S]/gu,
    (part, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\[\]^]/g, "\\$&")}]`;
      if (part.length > 1 && part.startsWith("\\")) return escape(part.slice(1));
      if (part === "*") return ".*";
      if (part === "?") return ".";
      if (part === "{") return (depth++, "(?:");
      if (part === "}" && depth > 0) return (depth--, ")");
      return part === "," && depth > 0 ? "|" : escape(part);
    },
  );
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
