/** A template that cannot be parsed or executed. `offset` is where in its text, in UTF-16 units. */
export class GoTemplateError extends Error {
  override readonly name = "GoTemplateError";
  readonly offset: number;
  /** One past the last character at fault. */
  readonly end: number;

  constructor(message: string, span: { readonly start: number; readonly end: number }, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.offset = span.start;
    this.end = span.end;
  }
}
