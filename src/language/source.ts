/** One text the language reads: a template file, a variable file, a line typed at the console. */
export interface SourceFile {
  /** Path as the user should see it (relative where possible), or a name in angle brackets such as `<stdin>`. */
  readonly name: string;
  /** Decoded text without a leading byte order mark. Offsets everywhere are UTF-16 indices into this string. */
  readonly text: string;
}

/** A half-open stretch of one file. A range is two offsets until it is printed; see `position.ts`. */
export interface SourceRange {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}
