/**
 * The graphics adapter that VirtualBox's own wizard chooses for a guest system. (VBoxManage gives a new machine the oldest
 * adapter unless another is set, and can only be asked about the wizard's choice by way of a throw-away machine.)
 */
export function recommendedGraphics(guestOsType: string): "vmsvga" | "vboxsvga" | "vboxvga" | "qemuramfb" {
  return rules.find(([pattern]) => pattern.test(guestOsType))?.[1] ?? "vmsvga";
}

const rules: readonly (readonly [RegExp, ReturnType<typeof recommendedGraphics>])[] = [
  [/^Windows(31|9[58]|Me|NT|2000|2003|XP)/, "vboxvga"],
  [/^Windows/, "vboxsvga"],
  [/^(Linux|OpenSUSE_Tumbleweed|Oracle\d*|RedHat\d+)_arm64$/, "qemuramfb"],
  [/^(Other|Other_64)$|^(DOS|JRockitVE|L4|MacOS|Netware|OS2|OpenSolaris|QNX|Solaris(?!11)|VBoxBS)/, "vboxvga"],
];
