/** The plugin sent something that its protocol does not allow. The message is a reason, in lower case. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** The connection, or a stream of it, is gone. The message is a reason, in lower case. */
export class StreamClosed extends Error {
  override readonly name = "StreamClosed";
}

/** The other side answered a call with an error. The message is its text, unchanged. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
}
