const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\uFFFD",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/** As Go's `html` template function. */
export const escapeHtml = (text: string): string => text.replace(/[\0"'&<>]/g, (character) => htmlEscapes[character]!);

/** As Go's `js` template function: safe inside a quoted JavaScript string. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\\" || character === "'" || character === '"') return `\\${character}`;
    return `\\u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

/** As Go's `urlquery` template function (url.QueryEscape). */
export function escapeQuery(text: string): string {
  const escaped = encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD"));
  return escaped
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
