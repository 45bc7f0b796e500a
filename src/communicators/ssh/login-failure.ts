import { errorMessage } from "../../lib/error-text.ts";
/** How far an attempt to log in came. */
export type LoginFailureKind =
  /** No TCP connection. */
  | "unreachable"
  | "unknown-name"
  | "refused"
  /** Accepted, then closed before the server said it speaks SSH. */
  | "closed"
  /** Nothing was said for longer than the limit. */
  | "silent"
  | "handshake"
  | "host-key"
  /** A server that speaks SSH did not let the user in. */
  | "authentication"
  /** The jump host or proxy in between failed. */
  | "route"
  /** Logged in, but a first command did not work. */
  | "first-command";

/** Why one attempt to log in failed. `message` is a clause without a full stop. */
export class LoginFailure extends Error {
  override readonly name = "LoginFailure";
  readonly kind: LoginFailureKind;
  /** Fingerprint of the server that refused, where it was seen. */
  readonly hostKey: string | undefined;

  constructor(
    kind: LoginFailureKind,
    message: string,
    options: { hostKey?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.hostKey = options.hostKey;
  }
}

/** A server answered, and one of us does not want the other. */
export function isRefusal({ kind }: LoginFailure): boolean {
  return kind === "authentication" || kind === "host-key";
}

/** A failure of the socket as a clause for people. */
export function socketFailure(error: Error, where: string): LoginFailure {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const [kind, text] = socketFailures[code] ?? (["unreachable", `${where}: ${errorMessage(error)}`] as const);
  return new LoginFailure(kind, text.replaceAll("%", where), { cause: error });
}

const socketFailures: Readonly<Record<string, readonly [LoginFailureKind, string]>> = {
  ECONNREFUSED: ["refused", "nothing listens on % yet (connection refused)"],
  ECONNRESET: ["closed", "% accepted the connection and dropped it before an SSH server answered"],
  EPIPE: ["closed", "% accepted the connection and dropped it before an SSH server answered"],
  EHOSTUNREACH: ["unreachable", "there is no route to % yet"],
  ENETUNREACH: ["unreachable", "the network of % cannot be reached"],
  ETIMEDOUT: ["unreachable", "% does not answer"],
  ENOTFOUND: ["unknown-name", "the name in % is not known"],
  EAI_AGAIN: ["unreachable", "the name in % cannot be looked up at the moment"],
};
