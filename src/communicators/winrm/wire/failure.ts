/** How far a request came. */
export type FailureKind =
  /** No TCP connection. */
  | "unreachable"
  | "refused"
  /** Accepted, then closed before there was an answer. */
  | "closed"
  /** Closed in the middle of an answer. */
  | "cut"
  /** No answer within the limit. */
  | "silent"
  /** TLS was not agreed on, or the certificate is not accepted. */
  | "tls"
  /** A WinRM server did not let the user in. */
  | "unauthorized"
  /** The server answers, but not (yet) as WinRM. */
  | "not-winrm"
  /** The request is larger than the server takes. */
  | "too-large";

/** Why a request got no proper answer. `message` is a clause without a full stop. */
export class WireFailure extends Error {
  override readonly name = "WireFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** A failure of the connection as a clause for people. */
export function wireFailure(error: unknown, where: string): WireFailure {
  const cause = innermost(error);
  const code = codeOf(cause);
  const known = byCode[code];
  if (known !== undefined) return new WireFailure(known[0], known[1].replaceAll("%", where), error);
  const tls = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code);
  if (tls) return new WireFailure("tls", tlsReason(code, cause, where), error);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WireFailure("unreachable", `${where}: ${why}`, error);
}

const dropped = "% accepted the connection and dropped it before it answered";
const silent = "% does not answer";

const byCode: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ECONNREFUSED: ["refused", "nothing listens on % yet (connection refused)"],
  ECONNRESET: ["closed", dropped],
  EPIPE: ["closed", dropped],
  UND_ERR_SOCKET: ["closed", dropped],
  UND_ERR_CLOSED: ["closed", dropped],
  UND_ERR_DESTROYED: ["closed", dropped],
  HPE_INVALID_CONSTANT: ["not-winrm", "what answers at % is no HTTP server"],
  EHOSTUNREACH: ["unreachable", "there is no route to % yet"],
  ENETUNREACH: ["unreachable", "the network of % cannot be reached"],
  ETIMEDOUT: ["unreachable", silent],
  UND_ERR_CONNECT_TIMEOUT: ["unreachable", silent],
  UND_ERR_HEADERS_TIMEOUT: ["silent", "% accepted the connection, but does not answer"],
  UND_ERR_BODY_TIMEOUT: ["silent", "% stopped in the middle of an answer"],
  ENOTFOUND: ["unreachable", "the name in % is not known"],
  EAI_AGAIN: ["unreachable", "the name in % cannot be looked up at the moment"],
};

function tlsReason(code: string, cause: unknown, where: string): string {
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return `${where} does not speak TLS`;
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return `the certificate of ${where} is signed by nobody this computer trusts`;
  }
  if (code === "CERT_HAS_EXPIRED") return `the certificate of ${where} has expired`;
  if (code === "CERT_NOT_YET_VALID")
    return `the certificate of ${where} is not valid yet (is the machine's clock right?)`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `the certificate of ${where} is for another name`;
  return `no TLS connection to ${where}: ${cause instanceof Error ? cause.message : String(cause)}`;
}

function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String((error as NodeJS.ErrnoException).code ?? "") : "";
}
