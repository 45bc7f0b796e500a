import { BuildError } from "../../sdk/error.ts";
import { isAtLeast, type VirtualBoxVersion } from "./driver/version.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";

interface Requirement {
  readonly argument: string;
  readonly since: readonly [major: number, minor: number];
  readonly isUsed: (config: IsoBuilderConfig) => boolean;
}

/** Arguments that need a later VirtualBox than the oldest one supported, 6.1. */
const requirements: readonly Requirement[] = [
  { argument: "tpm", since: [7, 0], isUsed: ({ tpm }) => tpm !== "none" },
  { argument: "secure_boot", since: [7, 0], isUsed: ({ secure_boot: isSecure }) => isSecure },
  { argument: "machine_owner_keys", since: [7, 0], isUsed: ({ machine_owner_keys: keys }) => keys.length > 0 },
  { argument: "chipset", since: [7, 1], isUsed: ({ chipset }) => chipset.startsWith("armv8") },
];

/** Throws when this VirtualBox is too old for something that the configuration asks for. */
export function requireVersion(config: IsoBuilderConfig, version: VirtualBoxVersion): void {
  for (const { argument, since, isUsed } of requirements) {
    if (!isUsed(config) || isAtLeast(version, ...since)) continue;
    throw new BuildError(`"${argument}" needs VirtualBox ${since.join(".")} or later, and this is ${version.text}`, {
      hint: `Install a newer VirtualBox, or leave out "${argument}".`,
    });
  }
}
