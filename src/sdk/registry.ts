import type { SourceRange } from "../language/source.ts";
import type { Component, ComponentKind } from "./component.ts";
import type { Plugin } from "./plugin.ts";

/** Finds components by type name. Loading is lazy; asking for the names loads nothing. */
export interface Registry {
  /** Whose components these are. */
  readonly plugins: readonly Plugin[];
  types(kind: ComponentKind): readonly string[];
  /** Whether there may be such a component, which `load` finds out. Default: it is among `types`. */
  has?(kind: ComponentKind, type: string): boolean;
  /**
   * The address of the plugin that a type would be of, where there is no such component and this plugin is not installed.
   * Told where the type is used.
   */
  missingPlugin?(kind: ComponentKind, type: string, subject: SourceRange | undefined): string | undefined;
  /** Rejects with a `BuildError` where a component is there and cannot be loaded (a plugin that does not start). */
  load<Kind extends ComponentKind>(kind: Kind, type: string): Promise<Extract<Component, { kind: Kind }> | undefined>;
}
