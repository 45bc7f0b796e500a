import type { Interpolator } from "./interpolator.ts";

/** A text that cannot be rendered stays as it is: its error is reported where it is used. */
export function renderIfPossible(text: string, interpolator: Interpolator): string {
  if (interpolator.check(text)) return text;
  try {
    return interpolator.render(text, {}, {});
  } catch {
    return text;
  }
}
