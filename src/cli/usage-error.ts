/** The command line cannot be understood: a sentence about why, and exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
