/**
 * The graphics adapter VirtualBox's own wizard takes for a guest system. (A machine made by `createvm` gets the oldest
 * one unless it is told otherwise, and asking costs a throw-away machine.)
 */
export function recommendedGraphics(guestOsType: string): "vmsvga" | "vboxsvga" | "vboxvga" {
  if (/^Windows(31|95|98|Me|NT|2000|XP)/.test(guestOsType)) return "vboxvga";
  if (guestOsType.startsWith("Windows")) return "vboxsvga";
  return /^(Other$|Other_64$|DOS|OS2|OS21x|L4|QNX|JRockitVE|Netware)/.test(guestOsType) ? "vboxvga" : "vmsvga";
}
