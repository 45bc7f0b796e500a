import { describeDuration } from "../../../lib/duration.ts";
import type { Cloud } from "../aws/cloud.ts";
import type { Run } from "../../../sdk/run.ts";
import { AVAILABLE_MS } from "./create-image.ts";

/**
 * Keys of the environment cannot be renewed, and may say when they end (as `aws configure export-credentials` writes them):
 * a build that has to wait for longer than that is warned before it starts. Other keys are renewed, or do not tell.
 */
export function warnOfExpiringKeys(run: Run, { access, waitLimitMs }: Cloud): void {
  const { AWS_ACCESS_KEY_ID: key, AWS_CREDENTIAL_EXPIRATION: text, AWS_PROFILE: profile } = run.host.env;
  const areElsewhere = access.access_key || access.profile || access.vault_aws_engine || profile;
  if (!key || !text || areElsewhere) return;
  const leftMs = new Date(text).getTime() - run.host.clock.now();
  const limitMs = waitLimitMs(AVAILABLE_MS);
  // A time that cannot be read is no number.
  if (!(leftMs < limitMs)) return;
  const [left, limit] = [describeDuration(Math.max(leftMs, 0)), describeDuration(limitMs)];
  run.warn(
    `The AWS keys of the environment end in ${left} (AWS_CREDENTIAL_EXPIRATION) and cannot be renewed; the wait for the image alone may take ${limit}. A profile or a role is renewed during the build.`,
  );
}
