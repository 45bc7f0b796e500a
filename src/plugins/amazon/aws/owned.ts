import type { Tag } from "@aws-sdk/client-ec2";
import { sleep } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { JournalEntry, Reaper, ReapOutcome, Resource } from "../../../sdk/journal.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import { openCloud, type Cloud } from "./cloud.ts";
import type { CloudContext } from "./cloud-context.ts";
import type { AccessConfig } from "./options/access.ts";
import { AmazonError } from "./failure.ts";
import { RUN_TAG, tagValue } from "./mark.ts";

/** What the journal knows of a resource in AWS. Never a secret. */
export interface OwnedDetails {
  readonly region: string;
  readonly access: Partial<AccessConfig>;
  readonly token: string;
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
  /** What AWS calls it, once that is known. */
  readonly awsId?: string;
  /** The name we gave it. */
  readonly name?: string;
  /** Of an image: its snapshots belong to another one too. */
  readonly keepsSnapshots?: boolean;
  readonly [more: string]: unknown;
}

export interface FoundResource {
  readonly id: string;
  readonly tags: readonly Tag[] | undefined;
}

/** One kind of thing in AWS: how it is found again and removed, in the run that made it and after that run died. */
export interface OwnedKind {
  /** In the journal: `ec2-instance`. */
  readonly kind: string;
  /** For people: `instance`. */
  readonly title: string;
  /** The things that carry the token, whatever their state, as long as there is something to remove. */
  find(cloud: Cloud, details: OwnedDetails): Promise<readonly FoundResource[]>;
  remove(cloud: Cloud, found: FoundResource, context: RemoveContext): Promise<void>;
  /** The answer of the call that made it names it: the run that had the answer removes it by that id, tagged or not. */
  readonly isNamed?: boolean;
  /** It is one thing, without others that were made with it: there is nothing more to ask for. */
  readonly isWhole?: boolean;
  manualCommand(id: string, details: OwnedDetails): string;
}

interface RemoveContext {
  readonly details: OwnedDetails;
  readonly runId: string;
  readonly signal: AbortSignal;
}

export interface OwnedResource {
  readonly token: string;
  /**
   * Makes it. A refusal means that there is nothing to look for; after a lost answer there may be, and the entry stays.
   */
  making<Result>(create: () => Promise<Result>): Promise<Result>;
  /** Notes what AWS calls it. */
  made(awsId: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** It is gone, was never made, or has become the user's. */
  strike(): Promise<void>;
}

export interface OwnOptions {
  readonly region?: string | undefined;
  readonly token: string;
  readonly name?: string | undefined;
  readonly more?: Readonly<Record<string, unknown>>;
  /** After success it stays; the default is that everything goes. */
  readonly kept?: () => boolean;
}

/** Who makes a resource, and where. */
export interface OwnContext {
  readonly run: Pick<Run, "runId" | "host">;
  readonly step: Pick<Step, "own">;
  readonly cloud: Cloud;
}

/** Journals a resource before it is made, and registers its removal. */
export async function ownResource(context: OwnContext, kind: OwnedKind, options: OwnOptions): Promise<OwnedResource> {
  const { run, step, cloud } = context;
  let details = detailsOf(context, options);
  const entry = await step.own(
    { kind: kind.kind, id: options.name ?? options.token, details },
    async (outcome, signal) => {
      if (outcome === "succeeded" && options.kept?.()) return;
      await removeOwned(kind, cloud, { runId: run.runId, signal, details });
    },
  );
  return {
    token: options.token,
    making: (create) => makeOrStrike(entry, create),
    made: async (awsId, more = {}) => {
      details = { ...details, awsId, ...more };
      await entry.update({ awsId, ...more });
    },
    strike: () => entry.strike(),
  };
}

function detailsOf({ run, cloud }: OwnContext, { region = cloud.region, token, name, more }: OwnOptions): OwnedDetails {
  const access = publicAccess(cloud.access);
  return { region, access, token, at: run.host.clock.now(), ...(name !== undefined && { name }), ...more };
}

/** In the run that made it. */
async function removeOwned(kind: OwnedKind, cloud: Cloud, context: RemoveContext): Promise<void> {
  const { awsId } = context.details;
  if (!kind.isNamed || awsId === undefined) {
    await reapOwned(kind, cloud, context.details, { ...context, dryRun: false });
    return;
  }
  await kind.remove(cloud, { id: awsId, tags: undefined }, context);
  if (kind.isWhole) return;
  const rest = await kind.find(cloud, context.details);
  for (const one of rest.filter((found) => found.id !== awsId && isOfRun(found, context.runId)))
    await kind.remove(cloud, one, context);
}

async function makeOrStrike<Result>(entry: JournalEntry, create: () => Promise<Result>): Promise<Result> {
  try {
    return await create();
  } catch (error) {
    const isLost = error instanceof AmazonError && error.verdict === "lost";
    if (error instanceof BuildError && !isLost) await entry.strike();
    throw error;
  }
}

/** How to reach the account again, without what must not be written down. */
function publicAccess(access: AccessConfig): Partial<AccessConfig> {
  const { access_key: _a, secret_key: _s, token: _t, mfa_code: _m, vault_aws_engine: _v, ...open } = access;
  return JSON.parse(JSON.stringify(open)) as Partial<AccessConfig>;
}

/** How long EC2 may take to show what was made a moment ago. */
const VISIBLE_AFTER_MS = 15_000;

/** Removes what carries both the token and the run id of the journal. */
export async function reapOwned(
  kind: OwnedKind,
  cloud: Cloud,
  details: OwnedDetails,
  options: { readonly runId: string; readonly signal: AbortSignal; readonly dryRun: boolean },
): Promise<ReapOutcome> {
  const found = await findPatiently(kind, cloud, details, options.signal);
  if (found.length === 0) return { kind: "gone" };
  const ours = found.filter((one) => isOfRun(one, options.runId));
  if (ours.length === 0) return { kind: "not-ours", why: `its tag ${RUN_TAG} does not name this run` };
  if (!options.dryRun) for (const one of ours) await kind.remove(cloud, one, { ...options, details });
  return { kind: "removed" };
}

function isOfRun({ tags }: FoundResource, runId: string): boolean {
  return tagValue(tags, RUN_TAG) === runId;
}

async function findPatiently(
  kind: OwnedKind,
  cloud: Cloud,
  details: OwnedDetails,
  signal: AbortSignal,
): Promise<readonly FoundResource[]> {
  for (;;) {
    const found = await kind.find(cloud, details);
    const age = Date.now() - details.at;
    if (found.length > 0 || age < 0 || age > VISIBLE_AFTER_MS) return found;
    await sleep(1500, signal);
  }
}

/** The reaper of a kind, for `imgbuild cleanup`. */
export function reaperOf(kind: OwnedKind): Reaper {
  return {
    kind: "reaper",
    type: kind.kind,
    describe: (resource) => {
      const { awsId = resource.id, region } = journalled(resource);
      return `${kind.title} ${awsId} (Amazon, ${region})`;
    },
    manualCommand: (resource) => {
      const details = journalled(resource);
      const id = details.awsId ?? details.name;
      if (id === undefined) return undefined;
      return `${kind.manualCommand(id, details)} --region ${details.region}`;
    },
    reap: async (resource, context) => {
      const details = journalled(resource);
      const access = { ...details.access, region: details.region } as AccessConfig;
      const cloud = await openCloud(bareContext(context.env), access);
      return reapOwned(kind, cloud, details, context);
    },
  };
}

/** What a journal says, in which anything may stand. */
function journalled({ id, details = {} }: Resource): OwnedDetails {
  const { region, access, token, at, awsId, name } = details;
  const isText = [region, token].every((value) => typeof value === "string" && value !== "");
  const isNamed = [awsId, name].every((value) => value === undefined || typeof value === "string");
  const isWhole = isText && isNamed && typeof access === "object" && access !== null && typeof at === "number";
  if (isWhole) return details as unknown as OwnedDetails;
  throw new BuildError(`The journal does not say where "${id}" is`, {
    hint: "Its line is damaged. Look for it in the console of AWS, by its tags.",
  });
}

function bareContext(env: CloudContext["host"]["env"]): CloudContext {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  return { host: { env, homeDir: home }, directories: { work: env["PWD"] ?? home }, secret: () => {}, warn: () => {} };
}
