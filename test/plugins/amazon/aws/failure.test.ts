import { describe, expect, it } from "vitest";
import {
  AmazonError,
  codeOf,
  isNotFound,
  verdictOf,
  type Verdict,
} from "../../../../src/plugins/amazon/aws/failure.ts";

const fault = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code} happened`), { name: code, ...more });

/** Operation, error code, what it means. AWS-05: predicates that never saw the error made it fatal. */
const table: readonly (readonly [string, string, Verdict])[] = [
  ["DescribeInstances", "RequestLimitExceeded", "throttled"],
  ["RunInstances", "RequestLimitExceeded", "throttled"],
  ["CreateImage", "Throttling", "throttled"],
  ["GetParameter", "ThrottlingException", "throttled"],
  ["PutObject", "SlowDown", "throttled"],
  ["DescribeImages", "ExpiredToken", "expired"],
  ["DescribeImages", "RequestExpired", "expired"],
  ["GetSecretValue", "ExpiredTokenException", "expired"],
  ["CreateTags", "InvalidAMIID.NotFound", "not-yet"],
  ["CreateTags", "InvalidAMIID.Unavailable", "not-yet"],
  ["CreateTags", "InvalidSnapshot.NotFound", "not-yet"],
  ["CreateTags", "InvalidInstanceID.NotFound", "not-yet"],
  ["CreateTags", "InvalidVolume.NotFound", "not-yet"],
  ["ModifySnapshotAttribute", "InvalidSnapshot.NotFound", "not-yet"],
  ["ModifyImageAttribute", "InvalidAMIID.NotFound", "not-yet"],
  ["AuthorizeSecurityGroupIngress", "InvalidGroup.NotFound", "not-yet"],
  ["AuthorizeSecurityGroupIngress", "InvalidGroupId.NotFound", "not-yet"],
  ["RunInstances", "InvalidKeyPair.NotFound", "not-yet"],
  ["CreateFleet", "InvalidLaunchTemplateId.NotFound", "not-yet"],
  ["PutRolePolicy", "NoSuchEntity", "not-yet"],
  ["AddRoleToInstanceProfile", "NoSuchEntityException", "not-yet"],
  ["TerminateInstances", "InvalidInstanceID.NotFound", "not-yet"],
  ["CreateImage", "IncorrectState", "busy"],
  ["CreateImage", "IncorrectInstanceState", "busy"],
  ["DeleteSecurityGroup", "DependencyViolation", "busy"],
  ["DeleteSecurityGroup", "InvalidGroup.InUse", "busy"],
  ["DeleteSnapshot", "InvalidSnapshot.InUse", "busy"],
  ["DeleteVolume", "VolumeInUse", "busy"],
  ["DeleteRole", "DeleteConflict", "busy"],
  ["DescribeImages", "DependencyViolation", "final"],
  ["RunInstances", "InsufficientInstanceCapacity", "no-capacity"],
  ["RunInstances", "Unsupported", "no-capacity"],
  ["RunInstances", "UnauthorizedOperation", "denied"],
  ["GetParameter", "AccessDeniedException", "denied"],
  ["RunInstances", "InternalError", "lost"],
  ["RunInstances", "Unavailable", "lost"],
  ["RunInstances", "ECONNRESET", "lost"],
  ["RunInstances", "TimeoutError", "lost"],
  ["RunInstances", "InvalidParameterValue", "final"],
  ["RunInstances", "DryRunOperation", "final"],
  ["RunInstances", "AuthFailure", "unknown-keys"],
  ["CreateImage", "InvalidAMIName.Duplicate", "final"],
];

describe("verdictOf", () => {
  it.each(table)("%s, %s: %s", (operation, code, verdict) => {
    const isNetwork = code.startsWith("E") && code === code.toUpperCase();
    expect(verdictOf(operation, isNetwork ? fault("Error", { code }) : fault(code))).toBe(verdict);
  });

  it("takes an instance profile that EC2 does not know yet for young, by the text", () => {
    const message = "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
    expect(verdictOf("RunInstances", fault("InvalidParameterValue", { message }))).toBe("not-yet");
  });

  it("takes the error page of a proxy for a lost answer", () => {
    expect(verdictOf("RunInstances", fault("SyntaxError", { $response: { statusCode: 502 } }))).toBe("lost");
  });
});

describe("AmazonError", () => {
  it("has the code of its cause, so that what is gone counts as gone (AWS-05)", () => {
    const error = new AmazonError("DeleteVolume", fault("InvalidVolume.NotFound"));
    expect(codeOf(error)).toBe("InvalidVolume.NotFound");
    expect(isNotFound(error)).toBe(true);
    expect(isNotFound(new AmazonError("DeleteVolume", fault("VolumeInUse")))).toBe(false);
  });

  it("names the operation, the code and the request, and what to do", () => {
    const cause = fault("UnauthorizedOperation", {
      message: "You are not authorized. Encoded authorization failure message: abcdef",
      $metadata: { requestId: "r-1" },
    });
    const error = new AmazonError("RunInstances", cause);
    expect(error.message).toBe("RunInstances failed: You are not authorized. (UnauthorizedOperation, request r-1)");
    expect(error.hint).toContain("docs/aws-permissions.md");
  });
});
