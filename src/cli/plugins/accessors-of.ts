/** Everything a type may begin with that is the name of its plugin: `windows` and `windows-update`. */
export function accessorsOf(type: string): readonly string[] {
  const parts = type.split("-");
  return parts.map((_, index) => parts.slice(0, index + 1).join("-"));
}
