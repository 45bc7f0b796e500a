/**
 * What a user meant for an address, to be shown: somebody may have written keys or a password into it, in whatever form. Needs no
 * correct address, and may leave out more than a login.
 */
export function withoutLogin(text: string): string {
  return text.replaceAll(/(^|\/|%2f|=)[^\s/]*(@|%40)/gi, "$1");
}
