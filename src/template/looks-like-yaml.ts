/**
 * Whether a text that is to be a template is YAML: its first line, comments aside, is `---` or begins with a key and a colon,
 * which neither HCL nor JSON can.
 */
export function looksLikeYaml(text: string): boolean {
  return /^(?:\s*(?:#.*)?\n)*(?:---(?:\s|$)|%YAML\s|[A-Za-z_][\w-]*:(?:\s|$))/.test(text);
}
