import type { IsoBuilderConfig } from "./config/iso.ts";
import type { OvfBuilderConfig } from "./config/ovf.ts";
import type { VmBuilderConfig } from "./config/vm.ts";

/** What the work with a running machine reads of a configuration: the arguments the three builders share. */
export type SessionConfig = Pick<
  IsoBuilderConfig,
  keyof IsoBuilderConfig & keyof OvfBuilderConfig & keyof VmBuilderConfig
>;
