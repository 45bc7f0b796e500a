/** Renders template text with the values known at run time; throws a BuildError that names the unknown value or function. */
export type RenderTemplate = (text: string, values: Readonly<Record<string, unknown>>) => string;

/**
 * A string argument whose `{{ }}` actions wait for run-time values (`{{ .HTTPIP }}`). The functions of the template
 * language (`user`, `build_name`, `timestamp`…) are bound where the template was read.
 */
export class LateTemplate {
  readonly text: string;
  readonly #render: RenderTemplate;

  constructor(text: string, render: RenderTemplate) {
    this.text = text;
    this.#render = render;
  }

  /** Other text with the same functions: a file that an argument names. */
  withText(text: string): LateTemplate {
    return new LateTemplate(text, this.#render);
  }

  render(values: Readonly<Record<string, unknown>>): string {
    return this.#render(this.text, values);
  }
}
