/**
 * What the scanner is inside of. Templates nest in code and code in templates, so modes form a stack;
 * an empty stack means the code of the file itself.
 */
export type Mode = InterpolationMode | QuotedMode | HeredocMode | BareMode;

/** Code between `${` or `%{` and its `}`. */
export interface InterpolationMode {
  readonly kind: "interpolation";
  readonly openToken: number;
  /** Braces opened inside and not yet closed: a `}` at zero ends the interpolation. */
  braces: number;
  /** Set when no closing brace was found: then the end of the string or line closes it. */
  lenient: boolean;
  /** It spans a line end, which is allowed but rare: if something goes wrong further on, it is the suspect. */
  spansLines: boolean;
}

/** Between double quotes. */
export interface QuotedMode {
  readonly kind: "quoted";
  readonly openToken: number;
  /** The string was reported to span several lines and goes on until its closing quote. */
  spansLines: boolean;
  /** The first interpolation in it that spans lines. */
  suspect: InterpolationMode | undefined;
}

export interface HeredocMode {
  readonly kind: "heredoc";
  readonly openToken: number;
  readonly marker: string;
  atLineStart: boolean;
  /** The first interpolation in it that spans lines. */
  suspect: InterpolationMode | undefined;
  /** The first line that begins with the marker but goes on after it (`EOT,`), in case no proper one follows. */
  nearMiss: { readonly start: number; readonly end: number; readonly tokenCount: number } | undefined;
}

/** A template that is a text of its own (a file, a JSON string). */
export interface BareMode {
  readonly kind: "bare";
}
