import { randomBytes } from "node:crypto";
import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import type { Run } from "../../../sdk/run.ts";

/** Every resource says which run made it. Nothing without this tag is ever removed. */
export const RUN_TAG = "imgbuild:run";
/** Tells the resources of one run apart; the client token of the call that makes it, too. */
export const TOKEN_TAG = "imgbuild:token";
/** From when on anybody who finds it may remove it; `never` once it is the user's. For others: imgbuild goes by the journal. */
export const EXPIRES_TAG = "imgbuild:expires";

/** Longer than builds take. */
const LIFETIME_MS = 24 * 60 * 60_000;

/** At most 64 characters, the limit of EC2's client tokens. */
export function newToken(run: Pick<Run, "runId">): string {
  return `${run.runId}-${randomBytes(6).toString("hex")}`;
}

/** The id of the run that a token is of. */
export function runIdOf(token: string): string {
  return token.slice(0, token.lastIndexOf("-"));
}

export function markTags(run: Pick<Run, "runId" | "host">, token: string): Tag[] {
  const expires = new Date(run.host.clock.now() + LIFETIME_MS).toISOString();
  return [
    { Key: RUN_TAG, Value: run.runId },
    { Key: TOKEN_TAG, Value: token },
    { Key: EXPIRES_TAG, Value: expires },
  ];
}

export function tagSpecifications(types: readonly ResourceType[], tags: readonly Tag[]): TagSpecification[] {
  return types.map((ResourceType) => ({ ResourceType, Tags: [...tags] }));
}

/** Later tags win over earlier ones of the same key. */
export function mergeTags(...lists: readonly (readonly Tag[])[]): Tag[] {
  return [...new Map(lists.flat().map((tag) => [tag.Key, tag])).values()];
}

export function tagValue(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}

export const byToken = (token: string) => [{ Name: `tag:${TOKEN_TAG}`, Values: [token] }];
