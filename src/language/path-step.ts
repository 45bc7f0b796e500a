const NAME = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** One step into a value, as source text: `.size`, `["odd name"]`, `[0]`. */
export function formatStep(step: string | number): string {
  if (typeof step === "string" && NAME.test(step)) return `.${step}`;
  return `[${JSON.stringify(step)}]`;
}
