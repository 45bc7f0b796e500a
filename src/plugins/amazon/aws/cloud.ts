import { BuildError } from "../../../sdk/error.ts";
import type { Host } from "../../../sdk/host.ts";
import type { Api, Commands, Ec2, Iam, S3, SecretsManager, Ssm, Sts } from "./api.ts";
import { callPatiently, type CallContext } from "./call.ts";
import { subjectOf } from "./call-subject.ts";
import type { AccessConfig } from "./options/access.ts";
import type { CloudContext } from "./cloud-context.ts";
import type { CredentialProvider } from "./credential-provider.ts";
import type { Poller } from "./poller.ts";
import { sharedIn, type Shared } from "./shared.ts";

/** An AWS account seen from one build. Nothing is loaded or asked before it is used. */
export interface Cloud {
  /** The build's own region. */
  readonly region: string;
  readonly access: AccessConfig;
  ec2(region?: string): Ec2;
  poller(region?: string): Poller;
  iam(): Iam;
  ssm(): Ssm;
  sts(): Sts;
  secretsManager(): SecretsManager;
  s3(): S3;
  /** The settings of a client, for what goes beyond single calls (an upload to S3). */
  clientSettings(region?: string): Promise<ClientSettings>;
  /** The answer to a question that holds for the whole command, so that it is asked once. `key` tells questions apart. */
  remembered<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer>;
  /** The limit of a wait: `aws_polling` where the user set it, else `defaultMs`. */
  waitLimitMs(defaultMs: number): number;
}

interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly maxAttempts: number;
  readonly endpoint?: string;
  readonly requestHandler: {
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
    readonly httpsAgent?: object;
  };
}

/** How S3 is reached where it is not Amazon's. */
export interface S3Settings {
  readonly endpoint?: string;
  /** The bucket is a part of the path, not of the host's name. */
  readonly forcePathStyle?: boolean;
  /** A bucket of another region is asked there. */
  readonly followRegionRedirects?: boolean;
}

export async function openCloud(run: CloudContext, access: AccessConfig, s3: S3Settings = {}): Promise<Cloud> {
  for (const secret of [access.secret_key, access.token]) if (secret) run.secret(secret);
  return createCloud(run, { access, region: await regionOf(run, access), s3 });
}

async function regionOf({ host }: CloudContext, access: AccessConfig): Promise<string> {
  const named = access.region || host.env["AWS_REGION"] || host.env["AWS_DEFAULT_REGION"];
  if (named) return named;
  const { loadProfileRegion } = await import("./profile-region.ts");
  const region = await loadProfileRegion(access.profile || host.env["AWS_PROFILE"]);
  if (region !== undefined) return region;
  throw new BuildError("No AWS region is set.", { hint: "Set region in the template, or AWS_REGION." });
}

interface CloudParts {
  readonly access: AccessConfig;
  readonly region: string;
  readonly s3: S3Settings;
}

function createCloud(run: CloudContext, { access, region, s3 }: CloudParts): Cloud {
  const shared = sharedIn(run.host.env, access);
  const credentials: CredentialProvider = () =>
    shared.credentials(async () => (await import("./credentials.ts")).credentialProvider(run, access, region));
  const settings = (ofRegion = region): Promise<ClientSettings> => clientSettings(access, credentials, ofRegion);
  const apis = new Map<string, unknown>();
  const api = <C extends Commands>(name: string, ofRegion: string, load: LoadService<C>): Api<C> => {
    const key = `${name} ${ofRegion}`;
    if (!apis.has(key)) {
      const endpoint = name === "ec2" && access.custom_endpoint_ec2;
      const more = { ...(endpoint && { endpoint }), ...(name === "s3" && s3) };
      const create = async () => ({ ...(await settings(ofRegion)), ...more });
      const context = callContext(run, access, cloud, shared);
      const backOff = shared.backOff(name, ofRegion);
      apis.set(
        key,
        createApi(load, create, (restart) => ({ ...context(restart), backOff })),
      );
    }
    return apis.get(key) as Api<C>;
  };
  const cloud: Cloud = {
    region,
    access,
    ec2: (other = region) => api("ec2", other, () => import("./ec2-commands.ts")),
    poller: (other = region) => shared.poller(other, () => cloud.ec2(other)),
    iam: () => api("iam", region, () => import("./iam-commands.ts")),
    ssm: () => api("ssm", region, () => import("./ssm-commands.ts")),
    sts: () => api("sts", region, () => import("./sts-commands.ts")),
    secretsManager: () => api("secrets-manager", region, () => import("./secrets-manager-commands.ts")),
    s3: () => api("s3", region, () => import("./s3-commands.ts")),
    clientSettings: settings,
    remembered: (key, ask) => shared.remembered(`${key} ${region}`, ask),
    waitLimitMs: (defaultMs) => waitLimitMs(access, run.host.env, defaultMs),
  };
  return cloud;
}

async function clientSettings(
  access: AccessConfig,
  credentials: CredentialProvider,
  region: string,
): Promise<ClientSettings> {
  return {
    region,
    credentials,
    // Repeating is done here, where it can be reported and cancelled.
    maxAttempts: 1,
    requestHandler: { requestTimeout: 60_000, connectionTimeout: 5_000, ...(await tls(access)) },
  };
}

type LoadService<C extends Commands> = () => Promise<{
  readonly Client: new (settings: never) => {
    send(command: never, options?: object): Promise<unknown>;
    destroy(): void;
  };
  readonly commands: C;
}>;

function createApi<C extends Commands>(
  load: LoadService<C>,
  settings: () => Promise<ClientSettings>,
  context: (restart: () => void) => CallContext,
): Api<C> {
  let opened: Promise<{ client: InstanceType<Awaited<ReturnType<LoadService<C>>>["Client"]>; commands: C }> | undefined;
  const open = () =>
    (opened ??= (async () => {
      const { Client, commands } = await load();
      return { client: new Client((await settings()) as never), commands };
    })());
  const callContext = context(() => (opened = undefined));
  return {
    call: (operation, input, options = {}) => {
      const send = async () => {
        const { client, commands } = await open();
        const command = new commands[operation]!(input);
        return client.send(command, { abortSignal: options.signal });
      };
      const subject = subjectOf(operation, input);
      return callPatiently(
        operation,
        send,
        { ...options, subject, isDry: isDry(input) },
        callContext,
      ) as Promise<never>;
    },
  };
}

const isDry = (input: { readonly DryRun?: boolean }): boolean => input.DryRun === true;

/** Credentials that the service calls expired are fetched again, at most once a minute. */
function callContext(run: CloudContext, access: AccessConfig, cloud: Cloud, shared: Shared) {
  let renewedAt = -Infinity;
  return (restart: () => void): CallContext => ({
    maxAttempts: (access.max_retries ?? 10) + 1,
    onDelay: (reason, text) => {
      if (shared.isFirst(reason)) run.warn(text);
    },
    onWait: (text) => run.warn(text),
    // Vault makes them when it is asked, and not every service knows them at once.
    hasYoungKeys: access.vault_aws_engine !== undefined,
    onAnswer: (operation, answer) => run.debug?.("amazon", `${operation}: ${answer}`),
    renew: () => {
      if (performance.now() - renewedAt < 60_000) return Promise.resolve(false);
      renewedAt = performance.now();
      shared.forgetCredentials();
      restart();
      return Promise.resolve(true);
    },
    decode: async (error) => {
      if (!access.decode_authorization_messages) return undefined;
      return decodeMessage(cloud, error);
    },
  });
}

async function decodeMessage(cloud: Cloud, error: unknown): Promise<string | undefined> {
  const [, encoded] = /Encoded authorization failure message: (\S+)/.exec(String((error as Error).message)) ?? [];
  if (encoded === undefined) return undefined;
  const answer = await cloud
    .sts()
    .call("DecodeAuthorizationMessage", { EncodedMessage: encoded })
    .catch(() => undefined);
  return answer?.DecodedMessage;
}

async function tls({ insecure_skip_tls_verify }: AccessConfig): Promise<{ httpsAgent?: object }> {
  if (!insecure_skip_tls_verify) return {};
  const { Agent } = await import("node:https");
  return { httpsAgent: new Agent({ rejectUnauthorized: false, keepAlive: true }) };
}

/** Older templates and the environment state a number of questions and the pause between them: their product counts. */
export function waitLimitMs(
  { aws_polling: polling }: Pick<AccessConfig, "aws_polling">,
  env: Host["env"],
  defaultMs: number,
): number {
  const attempts = polling?.max_attempts ?? positive(env["AWS_MAX_ATTEMPTS"]);
  const delay = polling?.delay_seconds ?? positive(env["AWS_POLL_DELAY_SECONDS"]);
  if (attempts === undefined) return defaultMs;
  return attempts * (delay ?? LEGACY_DELAY_SECONDS) * 1000;
}

/** The pause of the SDK that `AWS_MAX_ATTEMPTS` was invented for. Packer's later 2 s made long waits give up early. */
const LEGACY_DELAY_SECONDS = 15;

function positive(text: string | undefined): number | undefined {
  const value = Number(text || undefined);
  return value > 0 ? value : undefined;
}
