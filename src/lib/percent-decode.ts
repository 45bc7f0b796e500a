/** `decodeURIComponent` for text of a user: a `%` that begins no valid escape stands for itself instead of being an error. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
