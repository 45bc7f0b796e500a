import { withoutLogin } from "../../../lib/without-login.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Host } from "../../../sdk/host.ts";
import type { S3Settings } from "../aws/cloud.ts";
import { accessSchema, type AccessConfig } from "../aws/options/access.ts";

/** `s3://bucket/prefix?region=eu-west-1`, read. */
export interface S3Address {
  readonly bucket: string;
  /** Ends with `/`, or is empty. */
  readonly prefix: string;
  readonly access: AccessConfig;
  readonly settings: S3Settings;
}

const OPTIONS = ["region", "profile", "endpoint", "path_style", "role_arn", "external_id"] as const;
type Option = (typeof OPTIONS)[number];

/**
 * Reads the address of a bucket. What it does not say is as for the Amazon builders: `AWS_REGION`, `AWS_PROFILE`, keys in the
 * environment, files and roles; `AWS_ENDPOINT_URL_S3` names another S3. Rejects what is no such address.
 */
export function parseS3Address(text: string, { env }: Pick<Host, "env">): S3Address {
  const [, bucket = "", path = "", query = ""] = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw noAddress(text, "it names no bucket");
  const prefix = path.replace(/\/+$/, "");
  if (prefix.split("/").some((part) => part === "." || part === ".."))
    throw noAddress(text, "its prefix leads upwards");
  const options = readOptions(text, new URLSearchParams(query));
  const endpoint = options.get("endpoint") ?? endpointIn(env);
  const style = options.get("path_style");
  return {
    bucket,
    prefix: prefix === "" ? "" : `${prefix}/`,
    access: accessOf(options),
    settings: {
      // Other makers' S3 seldom has a name for each bucket.
      forcePathStyle: style === undefined ? Boolean(endpoint) : style === "true",
      followRegionRedirects: true,
      ...(options.has("endpoint") && { endpoint: options.get("endpoint")! }),
    },
  };
}

/** As the SDK reads them, which shows a wrong one with the keys in it. */
function endpointIn(env: Host["env"]): string | undefined {
  const name = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].find((one) => env[one]);
  const endpoint = name && env[name];
  if (!endpoint || isEndpoint(endpoint)) return endpoint;
  throw new BuildError(`${name} is no address of an S3: "${withoutLogin(endpoint)}"`, {
    hint: "Write it as https://HOST or http://HOST:PORT.",
  });
}

const isEndpoint = (text: string): boolean => URL.canParse(text) && /^https?:\/\//i.test(text);

function readOptions(text: string, query: URLSearchParams): ReadonlyMap<Option, string> {
  const options = new Map<Option, string>();
  for (const [name, value] of query) {
    const option = OPTIONS.find((known) => known === name);
    if (option === undefined) throw noAddress(text, `it has no option "${name}", only ${OPTIONS.join(", ")}`);
    options.set(option, value);
  }
  const style = options.get("path_style") ?? "true";
  if (!["true", "false"].includes(style)) throw noAddress(text, `path_style is true or false, not "${style}"`);
  const endpoint = options.get("endpoint");
  if (endpoint === undefined) return options;
  if (!isEndpoint(endpoint)) throw noAddress(text, `"${withoutLogin(endpoint)}" is no address of an S3`);
  const { username, password } = new URL(endpoint);
  if (username !== "" || password !== "")
    throw noAddress(text, "keys are not part of an endpoint, but of the environment or a profile");
  return options;
}

function accessOf(options: ReadonlyMap<Option, string>): AccessConfig {
  const given = (name: Option): string | undefined => options.get(name) || undefined;
  const role = given("role_arn");
  return accessSchema.object.parse({
    region: given("region"),
    profile: given("profile"),
    assume_role: role === undefined ? undefined : { role_arn: role, external_id: given("external_id") },
  }) as AccessConfig;
}

function noAddress(text: string, why: string): BuildError {
  return new BuildError(`"${withoutLogin(text)}" is no address of a store: ${why}`, {
    hint: "A bucket is named as s3://BUCKET/PREFIX, with options behind a question mark: s3://BUCKET/PREFIX?region=eu-west-1",
  });
}
