/**
 * `decodeURIComponent` for text from a user: a `%` that does not begin a valid escape stands for itself instead of
 * being an error.
 */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
