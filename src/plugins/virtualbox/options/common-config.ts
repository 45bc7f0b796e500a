import type { IsoBuilderConfig } from "./iso.ts";
import type { OvfBuilderConfig } from "./ovf.ts";
import type { VmBuilderConfig } from "./vm.ts";

/** The arguments that the three builders share. */
export type CommonConfig = Pick<
  IsoBuilderConfig,
  keyof IsoBuilderConfig & keyof OvfBuilderConfig & keyof VmBuilderConfig
>;
