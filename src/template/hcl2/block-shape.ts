/** What a block may contain. */
export interface BlockShape {
  readonly attributes: readonly string[];
  /** Block type → the names of its labels. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
  /** Arguments that are often written by another name, which is none here or a block's. */
  readonly usualSlips?: Readonly<Record<string, string>>;
}
