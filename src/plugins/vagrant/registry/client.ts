import { createJsonApi, HttpStatusError, type JsonApi } from "../../../lib/json-api.ts";
import { poll } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { skipsTlsVerify, urlOf, type VagrantRegistryConfig } from "./options.ts";

/** Where a box of one provider and architecture stands in the registry. */
export interface RegistrySlot {
  readonly version: string;
  readonly provider: string;
  readonly architecture: string;
}

export interface ArchitectureDraft {
  readonly architecture_type: string;
  readonly default: boolean;
  readonly box_data: {
    readonly checksum?: string | undefined;
    readonly checksum_type: string;
    readonly download_url?: string | undefined;
  };
}

export interface RegistryArchitecture {
  readonly architecture_type: string;
  readonly box_data?: { readonly checksum?: string; readonly checksum_type?: string; readonly size?: string };
}

/** A version comes into being unreleased; the service may leave out this state. */
export type VersionState = "UNRELEASED" | "ACTIVE" | "REVOKED";

interface RegistryOperation {
  readonly id: string;
  readonly location?: { readonly organization_id?: string; readonly project_id?: string };
  readonly state?: string;
  readonly error?: { readonly message?: string };
}

const BOX_PATIENCE_MS = 5 * 60_000;

/** The part of HCP's Vagrant box registry API (cloud-vagrant-box-registry, 2022-09-30) that publishing needs. */
export class RegistryClient {
  readonly #api: JsonApi;
  readonly #registry: string;
  readonly #box: string;
  readonly #signal: AbortSignal;

  constructor(run: Run, config: VagrantRegistryConfig, token: string) {
    [this.#registry = "", this.#box = ""] = config.box_tag.split("/");
    this.#signal = run.signal;
    this.#api = createJsonApi({
      baseUrl: urlOf(config.hcp_api_address),
      headers: { authorization: `Bearer ${token}` },
      env: run.host.env,
      signal: run.signal,
      insecureTls: skipsTlsVerify(config, config.hcp_api_address),
      onTry: (method, path, result, durationMs) => run.debug("http", `${method} ${path}: ${result}`, { durationMs }),
      onRetry: (reason, pauseMs) =>
        run.warn(`Vagrant registry: ${reason}; trying again in ${Math.ceil(pauseMs / 1000)} s`),
    });
  }

  get #registryPath(): string {
    return `/vagrant/2022-09-30/registry/${encodeURIComponent(this.#registry)}`;
  }

  get #boxPath(): string {
    return `${this.#registryPath}/box/${encodeURIComponent(this.#box)}`;
  }

  #versionPath(version: string): string {
    return `${this.#boxPath}/version/${encodeURIComponent(version)}`;
  }

  #providerPath({ version, provider }: RegistrySlot): string {
    return `${this.#versionPath(version)}/provider/${encodeURIComponent(provider)}`;
  }

  #architecturePath(slot: RegistrySlot): string {
    return `${this.#providerPath(slot)}/architecture/${encodeURIComponent(slot.architecture)}`;
  }

  /** Each `ensure…` resolves to whether something had to be made. */
  async ensureBox(description: string | undefined, isPrivate: boolean): Promise<boolean> {
    const made = await this.#ensure(`the box ${this.#box}`, this.#boxPath, `${this.#registryPath}/boxes`, {
      name: this.#box,
      description: description ?? "",
      is_private: isPrivate,
    });
    const operation = (made as { operation?: RegistryOperation } | undefined)?.operation;
    if (operation) await this.#waitFor(operation);
    return made !== undefined;
  }

  async ensureVersion(version: string, description: string | undefined): Promise<boolean> {
    const body = { name: version, description: description ?? "" };
    const collection = `${this.#boxPath}/versions`;
    const made = await this.#ensure(`version ${version}`, this.#versionPath(version), collection, body);
    return made !== undefined;
  }

  async ensureProvider(slot: RegistrySlot): Promise<boolean> {
    const collection = `${this.#versionPath(slot.version)}/providers`;
    const body = { name: slot.provider };
    const made = await this.#ensure(`provider ${slot.provider}`, this.#providerPath(slot), collection, body);
    return made !== undefined;
  }

  async readArchitecture(slot: RegistrySlot): Promise<RegistryArchitecture | undefined> {
    const found = await this.#read<{ architecture?: RegistryArchitecture }>(
      `read architecture ${slot.architecture}`,
      this.#architecturePath(slot),
    );
    return found?.architecture;
  }

  async writeArchitecture(slot: RegistrySlot, draft: ArchitectureDraft, exists: boolean): Promise<void> {
    const purpose = `write architecture ${slot.architecture}`;
    if (exists) await this.#ask(purpose, "PUT", this.#architecturePath(slot), draft);
    else await this.#ask(purpose, "POST", `${this.#providerPath(slot)}/architectures`, draft);
  }

  async uploadAddress(slot: RegistrySlot, direct: boolean): Promise<{ url: string; object?: string }> {
    const endpoint = direct ? "/direct/upload" : "/upload";
    const path = `${this.#architecturePath(slot)}${endpoint}`;
    return this.#ask("prepare the upload", "GET", path);
  }

  async completeUpload(slot: RegistrySlot, object: string): Promise<void> {
    const path = `${this.#architecturePath(slot)}/direct/complete/${encodeURIComponent(object)}`;
    await this.#ask("complete the upload", "PUT", path);
  }

  async versionState(version: string): Promise<VersionState> {
    const found = await this.#read<{ version?: { state?: VersionState } }>(
      `read version ${version}`,
      this.#versionPath(version),
    );
    return found?.version?.state ?? "UNRELEASED";
  }

  /** The service refuses to release a version twice: another build may have been faster, or an answer was lost. */
  async release(version: string): Promise<void> {
    try {
      await this.#ask(`release version ${version}`, "PUT", `${this.#versionPath(version)}/release`);
    } catch (error) {
      if (!(error instanceof RegistryRefusal) || (await this.versionState(version)) !== "ACTIVE") throw error;
    }
  }

  /** Reads, and makes what is missing. Another build that was faster is no failure. */
  async #ensure(what: string, path: string, collection: string, body: unknown): Promise<unknown> {
    if ((await this.#read(`find ${what}`, path)) !== undefined) return undefined;
    try {
      return (await this.#ask(`create ${what}`, "POST", collection, body)) ?? {};
    } catch (error) {
      if (error instanceof RegistryRefusal && (error.status === 409 || error.status === 422)) return undefined;
      throw error;
    }
  }

  /** The box is made in the background. A call returns after its timeout whatever the state is, so it is repeated. */
  async #waitFor({ id, location }: RegistryOperation): Promise<void> {
    const scope = `organizations/${location?.organization_id ?? ""}/projects/${location?.project_id ?? ""}`;
    const path = `/operation/2020-05-05/${scope}/operations/${encodeURIComponent(id)}/wait?timeout=60s`;
    const isDone = await poll(
      async () => {
        const answer = await this.#ask<{ operation?: RegistryOperation }>("wait for the box to be made", "GET", path);
        const { state, error } = answer?.operation ?? {};
        if (error) throw new BuildError(`The Vagrant registry could not make the box ${this.#box}: ${error.message}`);
        return state === "DONE" || undefined;
      },
      { intervalMs: 500, timeoutMs: BOX_PATIENCE_MS, signal: this.#signal },
    );
    if (isDone) return;
    throw new BuildError(`The Vagrant registry has not made the box ${this.#box} within 5 minutes.`, {
      hint: "Look at the box in HCP, and run the post-processors again.",
    });
  }

  async #read<Body>(purpose: string, path: string): Promise<Body | undefined> {
    try {
      return await this.#ask<Body>(purpose, "GET", path);
    } catch (error) {
      if (error instanceof RegistryRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async #ask<Body>(purpose: string, method: string, path: string, body?: unknown): Promise<Body> {
    try {
      return await this.#api.call<Body>(method, path, body);
    } catch (cause) {
      if (!(cause instanceof HttpStatusError)) throw cause;
      throw new RegistryRefusal(purpose, cause);
    }
  }
}

/** The registry said no, for good. */
class RegistryRefusal extends BuildError {
  readonly status: number;

  constructor(purpose: string, cause: HttpStatusError) {
    super(`The Vagrant registry refused to ${purpose}: ${cause.message}`, { cause, hint: hints[cause.status] });
    this.status = cause.status;
  }
}

const NOT_ALLOWED = "The service principal may not write to this registry.";
const hints: Readonly<Record<number, string>> = { 401: NOT_ALLOWED, 403: NOT_ALLOWED };
