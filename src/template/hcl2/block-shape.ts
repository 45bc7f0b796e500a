/** What a block may contain. */
export interface BlockShape {
  readonly attributes: readonly string[];
  /** Block type → the names of its labels. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
}
