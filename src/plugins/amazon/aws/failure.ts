import { BuildError } from "../../../sdk/error.ts";
import { passesWithinMs } from "./passing.ts";

/** What a failed call means for its caller. */
export type Verdict =
  /** Refused for now, for sure not done. */
  | "throttled"
  /** The credentials have expired. */
  | "expired"
  /** Names something too young to be known everywhere (EC2 is eventually consistent). */
  | "not-yet"
  /** Something it needs is still changing state. */
  | "busy"
  /** The service does not know the keys. */
  | "unknown-keys"
  /** A broken connection or a fault of the service: it may have been done or not. */
  | "lost"
  /** The credentials do not allow it. */
  | "denied"
  /** No room for such a machine at present. */
  | "no-capacity"
  | "final";

const THROTTLED = new Set([
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "EC2ThrottledException",
  "TooManyRequestsException",
  "BandwidthLimitExceeded",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "SlowDown",
]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);
const UNKNOWN_KEYS = new Set([
  "AuthFailure",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "UnrecognizedClientException",
]);
const DENIED = new Set(["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "UnauthorizedAccess"]);
const LOST = new Set([
  "InternalError",
  "InternalFailure",
  "Unavailable",
  "ServiceUnavailable",
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
]);
const NO_CAPACITY = new Set([
  "InsufficientInstanceCapacity",
  "InsufficientHostCapacity",
  "InsufficientReservedInstanceCapacity",
  "InsufficientCapacityOnHost",
  "InsufficientFreeAddressesInSubnet",
  "SpotMaxPriceTooLow",
  "MaxSpotInstanceCountExceeded",
  "UnfulfillableCapacity",
  "Unsupported",
]);
/** Spelled differently by different operations. */
const NOT_FOUND =
  /^(Invalid(Instance|InstanceID|AMIID|AMIName|Snapshot|SnapshotID|Volume|VolumeID|Group|GroupId|KeyPair|LaunchTemplateId|LaunchTemplateName)\.?(NotFound|Unavailable)(Exception)?|Invalid(LaunchTemplate)(Id|Name)\.NotFoundException|NoSuchEntity(Exception)?|NoSuchUpload|InvalidSecurityGroupID\.NotFound|InvalidID)$/;
/** That EC2 does not know a profile of IAM yet shows only in the text. */
const YOUNG_PROFILE = /Invalid IAM Instance Profile|iamInstanceProfile/i;

export function verdictOf(operation: string, error: unknown): Verdict {
  const code = codeOf(error);
  if (code === "DryRunOperation") return "final";
  if (THROTTLED.has(code)) return "throttled";
  if (EXPIRED.has(code)) return "expired";
  if (UNKNOWN_KEYS.has(code)) return "unknown-keys";
  if (DENIED.has(code)) return "denied";
  if (NO_CAPACITY.has(code)) return "no-capacity";
  if (passesWithinMs(operation, code, textOf(error)) !== undefined) return "busy";
  if (NOT_FOUND.test(code)) return "not-yet";
  if (code === "InvalidParameterValue" && YOUNG_PROFILE.test(textOf(error))) return "not-yet";
  const status = statusOf(error);
  if (LOST.has(code)) return "lost";
  const isLost = status === undefined ? isNetworkFailure(error) : status >= 500;
  return isLost ? "lost" : "final";
}

/** How long a refusal with the verdict "busy" may last. */
export function busyMs(operation: string, error: unknown): number {
  return passesWithinMs(operation, codeOf(error), textOf(error)) ?? 0;
}

/** `The image is pending (IncorrectState)` */
export function whyRefused(error: unknown): string {
  return `${textOf(error)} (${codeOf(error)})`;
}

/** `InvalidAMIID.NotFound`; the name of the error where it is not of the service. Of an AmazonError, that of its cause. */
export function codeOf(error: unknown): string {
  if (error instanceof AmazonError) return error.code;
  const { Code, name = "Error", code = "" } = error as { Code?: string; name?: string; code?: string };
  if (Code !== undefined) return Code;
  return name === "Error" ? code : name;
}

export function isNotFound(error: unknown): boolean {
  return NOT_FOUND.test(codeOf(error));
}

export const isDenied = (error: unknown): boolean => DENIED.has(codeOf(error));

const NETWORK = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
]);

function isNetworkFailure(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return NETWORK.has(code ?? "") || name === "TimeoutError" || /socket hang up|aborted/.test(textOf(error));
}

/** Whether no connection could be made. */
export function isUnreachable(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  const isBroken = code === "ECONNRESET" || code === "EPIPE";
  return name === "TimeoutError" || (NETWORK.has(code ?? "") && !isBroken);
}

/** `Amazon cannot be reached (connect ECONNREFUSED 127.0.0.1:1)` */
export function whyUnreachable(error: unknown): string {
  const what = isUnreachable(error) ? "Amazon cannot be reached" : "Amazon does not answer as it should";
  // Of several addresses that were tried, Node keeps the reasons apart.
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = new Set(errors.map((reason) => textOf(reason) || codeOf(reason)));
  return `${what} (${[...reasons].join(", ")})`;
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // The page of a proxy or a load balancer, which the SDK cannot parse.
  if (!text.includes("Deserialization error")) return text;
  return `the answer (status ${statusOf(error) ?? "unknown"}) is not one of Amazon's`;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = error as {
    $metadata?: { httpStatusCode?: number };
    /** Of an answer that is not what the service says: the page of a proxy or a load balancer. */
    $response?: { statusCode?: number };
  };
  return $response?.statusCode ?? $metadata?.httpStatusCode;
}

function requestIdOf(error: unknown): string | undefined {
  return (error as { $metadata?: { requestId?: string } }).$metadata?.requestId;
}

const HINTS: Readonly<Record<string, string>> = {
  NoSuchBucket: "There is no bucket of that name. Make it first, or mend the address: s3://BUCKET/PREFIX.",
  PermanentRedirect: "The bucket is in another region. Name that one: AWS_REGION, or s3://BUCKET/PREFIX?region=REGION.",
  AuthorizationHeaderMalformed:
    "The bucket is in another region. Name that one: AWS_REGION, or s3://BUCKET/PREFIX?region=REGION.",
  RequestTimeTooSkewed: "The clock of this computer is wrong by more than a quarter of an hour. Set it.",
  InvalidAccessKeyId: "The access key is not known there. Check AWS_PROFILE, or the keys in use.",
  AuthFailure: "The credentials are not valid for this account or region. Check AWS_PROFILE, or the keys in use.",
  InvalidClientTokenId: "The access key is not known to AWS. Check AWS_PROFILE, or the keys in use.",
  SignatureDoesNotMatch: "The secret key does not belong to the access key.",
  CredentialsProviderError:
    "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  OptInRequired: "Accept the terms of this image in AWS Marketplace, or enable the region, then build again.",
  VcpuLimitExceeded: "The account's limit of vCPUs is reached. Ask for a higher one, or use another instance_type.",
  InstanceLimitExceeded: "The account's limit of instances is reached.",
  InsufficientInstanceCapacity:
    "Amazon has no room for this size at present. Set capacity_fallback = true to try other zones, or another instance_type.",
};

interface ErrorDetails {
  readonly decoded?: string | undefined;
  readonly subject?: string | undefined;
}

/** A call that failed for good, with what to do about it. */
export class AmazonError extends BuildError {
  readonly verdict: Verdict;
  readonly code: string;

  /** `subject`: what the call was about, by its id. */
  constructor(operation: string, error: unknown, { decoded, subject }: ErrorDetails = {}) {
    const verdict = verdictOf(operation, error);
    const requestId = requestIdOf(error);
    const text = decoded ?? textOf(error).replace(/ Encoded authorization failure message: \S+/, "");
    const request = requestId === undefined ? "" : `, request ${requestId}`;
    const call = subject === undefined ? operation : `${operation} of ${subject}`;
    super(`${call} failed: ${text} (${codeOf(error)}${request})`, { hint: hintFor(operation, error, verdict) });
    this.verdict = verdict;
    this.code = codeOf(error);
  }
}

function hintFor(operation: string, error: unknown, verdict: Verdict): string | undefined {
  if (verdict === "denied") {
    return `The credentials do not allow ${operation}. docs/aws-permissions.md has the policy to add it to.`;
  }
  if (verdict === "expired") {
    return "The credentials have expired. Renew them (aws sso login, a new token), then remove what is left with:\n    imgbuild cleanup";
  }
  return HINTS[codeOf(error)];
}
