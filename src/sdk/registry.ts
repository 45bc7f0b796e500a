import type { Component, ComponentKind } from "./component.ts";
import type { Plugin } from "./plugin.ts";

/** Finds components by type name. Loading is lazy; asking for the names loads nothing. */
export interface Registry {
  /** Whose components these are. */
  readonly plugins: readonly Plugin[];
  types(kind: ComponentKind): readonly string[];
  /** Whether there is such a component. Default: it is among `types`. */
  has?(kind: ComponentKind, type: string): boolean;
  load<Kind extends ComponentKind>(kind: Kind, type: string): Promise<Extract<Component, { kind: Kind }> | undefined>;
}
