/** What is packed is damaged, or not what its name says. The message is a reason, in lower case. */
export class UnpackError extends Error {
  override readonly name = "UnpackError";
}
