/** A state the code promises cannot happen. Seeing one is a bug in imgbuild, and the message says so. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`${message} (this is a bug in imgbuild, please report it)`);
}
