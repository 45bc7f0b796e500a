import type { IsoBuilderConfig } from "./iso.ts";
import type { OvfBuilderConfig } from "./ovf.ts";
import type { VmBuilderConfig } from "./vm.ts";

/** What the work with a running machine reads of a configuration: the arguments the three builders share. */
export type SessionConfig = Pick<
  IsoBuilderConfig,
  keyof IsoBuilderConfig & keyof OvfBuilderConfig & keyof VmBuilderConfig
>;
