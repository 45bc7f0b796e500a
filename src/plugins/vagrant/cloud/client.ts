import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { createJsonApi, HttpStatusError, type JsonApi } from "../../../lib/json-api.ts";
import { confirmationAddress } from "./confirmation.ts";
import { DEFAULT_URL, type VagrantCloudConfig } from "./options.ts";

/** What the service says about a provider of a version. */
export interface CloudProvider {
  readonly name: string;
  readonly architecture?: string | null;
  readonly checksum?: string | null;
  readonly checksum_type?: string | null;
  readonly hosted?: boolean;
}

export interface CloudVersion {
  readonly version: string;
  readonly status?: string;
  readonly providers?: readonly CloudProvider[];
}

export interface CloudBox {
  readonly tag: string;
  readonly versions?: readonly CloudVersion[];
}

/** What is sent to create or change a provider. */
export interface ProviderDraft {
  readonly name: string;
  readonly architecture?: string | undefined;
  readonly default_architecture?: boolean | undefined;
  readonly url?: string | undefined;
  readonly checksum?: string | undefined;
  readonly checksum_type?: string | undefined;
}

/** Vagrant Cloud's API v2 (developer.hashicorp.com, "Vagrant Cloud API"), as far as publishing a box needs it. */
export function createCloudClient(
  run: Run,
  config: VagrantCloudConfig,
  token: string,
  signal: AbortSignal,
): CloudClient {
  const apiAt = (baseUrl: string): JsonApi =>
    createJsonApi({
      baseUrl,
      headers: { authorization: `Bearer ${token}` },
      env: run.host.env,
      signal,
      insecureTls: config.insecure_skip_tls_verify && config.vagrant_cloud_url !== DEFAULT_URL,
      onTry: (method, path, result, durationMs) => run.debug("http", `${method} ${path}: ${result}`, { durationMs }),
      onRetry: (reason, pauseMs) =>
        run.warn(`Vagrant Cloud: ${reason}; trying again in ${Math.ceil(pauseMs / 1000)} s`),
    });
  return new CloudClient(apiAt(config.vagrant_cloud_url), config, apiAt);
}

type Box = Pick<VagrantCloudConfig, "box_tag" | "version">;

export class CloudClient {
  readonly #api: JsonApi;
  readonly #tag: string;
  readonly #version: string;
  readonly #box: Box;
  readonly #apiAt: (baseUrl: string) => JsonApi;

  constructor(api: JsonApi, box: Box, apiAt: (baseUrl: string) => JsonApi) {
    this.#api = api;
    this.#tag = box.box_tag;
    this.#version = box.version;
    this.#box = box;
    this.#apiAt = apiAt;
  }

  get #boxPath(): string {
    const parts = this.#tag.split("/").map(encodeURIComponent);
    return `/box/${parts.join("/")}`;
  }

  get #versionPath(): string {
    return `${this.#boxPath}/version/${encodeURIComponent(this.#version)}`;
  }

  #providerPath(provider: string, architecture: string | undefined): string {
    const path = `${this.#versionPath}/provider/${encodeURIComponent(provider)}`;
    return architecture === undefined ? path : `${path}/${encodeURIComponent(architecture)}`;
  }

  async authenticate(): Promise<void> {
    await this.#ask("check the access token", "GET", "/authenticate");
  }

  async readBox(): Promise<CloudBox> {
    const box = await this.#ask<CloudBox>(`find the box ${this.#tag}`, "GET", this.#boxPath);
    if (box.tag === this.#tag) return box;
    throw new BuildError(`Vagrant Cloud answered with the box "${box.tag}" where "${this.#tag}" was asked for.`, {
      hint: `The box may have been renamed or moved: set box_tag = "${box.tag}" if that is the one.`,
    });
  }

  async createVersion(description: string | undefined): Promise<void> {
    const body = { version: { version: this.#version, description: description ?? "" } };
    await this.#ask(`create version ${this.#version}`, "POST", `${this.#boxPath}/versions`, body);
  }

  async readVersion(): Promise<CloudVersion> {
    return this.#ask<CloudVersion>(`read version ${this.#version}`, "GET", this.#versionPath);
  }

  async createProvider(provider: ProviderDraft): Promise<void> {
    await this.#ask(`create provider ${provider.name}`, "POST", `${this.#versionPath}/providers`, { provider });
  }

  async updateProvider(provider: ProviderDraft): Promise<void> {
    const path = this.#providerPath(provider.name, provider.architecture);
    await this.#ask(`update provider ${provider.name}`, "PUT", path, { provider });
  }

  async deleteProvider(provider: string, architecture: string | undefined): Promise<void> {
    await this.#ask(`remove provider ${provider}`, "DELETE", this.#providerPath(provider, architecture));
  }

  async deleteVersion(): Promise<void> {
    await this.#ask(`remove version ${this.#version}`, "DELETE", this.#versionPath);
  }

  async uploadAddress(provider: string, architecture: string | undefined, direct: boolean) {
    const endpoint = direct ? "/upload/direct" : "/upload";
    const path = `${this.#providerPath(provider, architecture)}${endpoint}`;
    return this.#ask<{ upload_path: string; callback?: string }>("prepare the upload", "GET", path);
  }

  /** `callback`: the address that the service gave for it. */
  async confirmUpload(callback: string, serviceUrl: string): Promise<void> {
    const { base, path } = confirmationAddress(callback, serviceUrl);
    const client = new CloudClient(this.#apiAt(base), this.#box, this.#apiAt);
    await client.#ask("confirm the upload", "PUT", path);
  }

  async release(): Promise<void> {
    await this.#ask(`release version ${this.#version}`, "PUT", `${this.#versionPath}/release`);
  }

  async #ask<Body = unknown>(purpose: string, method: string, path: string, body?: unknown): Promise<Body> {
    try {
      return await this.#api.call<Body>(method, path, body);
    } catch (cause) {
      if (!(cause instanceof HttpStatusError)) throw cause;
      throw new CloudRefusal(purpose, cause);
    }
  }

  /** For calls that have to outlive the first signal: undoing after a cancel. */
  withSignal(signal: AbortSignal): CloudClient {
    return new CloudClient(this.#api.withSignal(signal), this.#box, this.#apiAt);
  }
}

/** The service said no, for good. */
export class CloudRefusal extends BuildError {
  readonly status: number;

  constructor(purpose: string, cause: HttpStatusError) {
    super(`Vagrant Cloud refused to ${purpose}: ${cause.message}`, { cause, hint: hints[cause.status] });
    this.status = cause.status;
  }
}

const hints: Readonly<Record<number, string>> = {
  401: "The access token is wrong or has expired. Set access_token or the environment variable VAGRANT_CLOUD_TOKEN.",
  403: "The account of the access token may not change this box.",
  404: "Check box_tag. The box itself is not made by this post-processor: create it on the service first.",
};
