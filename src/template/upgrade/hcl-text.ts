/** A text as an HCL string literal: nothing in it is interpolated. */
export const quoteHcl = (text: string): string => `"${escapeHcl(text)}"`;

/** What stands between the quotes. */
export function escapeHcl(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[$%](?=\{)/g, "$&$&");
}

/** A name usable for a variable or local value. */
export function hclName(name: string): string {
  const safe = name.replace(/[^\p{ID_Continue}-]/gu, "_");
  return isIdentifier(safe) ? safe : `_${safe}`;
}

export const isIdentifier = (text: string): boolean => /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(text);
