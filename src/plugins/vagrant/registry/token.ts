import { request } from "undici";
import { httpDispatcher } from "../../../lib/http-dispatcher.ts";
import { statusError, HttpStatusError, isTransient } from "../../../lib/json-api.ts";
import { retry } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { skipsTlsVerify, type VagrantRegistryConfig } from "./options.ts";

/** An access token by client credentials (RFC 6749, section 4.4). Registered as a secret, as the client secret is. */
export async function registryToken(run: Run, config: VagrantRegistryConfig): Promise<string> {
  const id = config.client_id ?? run.host.env["HCP_CLIENT_ID"];
  const secret = config.client_secret ?? run.host.env["HCP_CLIENT_SECRET"];
  if (!id || !secret) {
    throw new BuildError("There are no credentials for the HCP Vagrant registry.", {
      hint: "Set client_id and client_secret, or the environment variables HCP_CLIENT_ID and HCP_CLIENT_SECRET.",
    });
  }
  run.secret(secret);
  const token = await askForToken(run, config, id, secret);
  run.secret(token);
  return token;
}

async function askForToken(run: Run, config: VagrantRegistryConfig, id: string, secret: string): Promise<string> {
  const url = `${config.hcp_auth_url.replace(/\/$/, "")}/oauth2/token`;
  const form = {
    grant_type: "client_credentials",
    client_id: id,
    client_secret: secret,
    audience: "https://api.hashicorp.cloud",
  };
  const dispatcher = httpDispatcher(url, run.host.env, { insecureTls: skipsTlsVerify(config, config.hcp_auth_url) });
  try {
    return await retry(() => once(url, dispatcher, new URLSearchParams(form).toString(), run.signal), {
      attempts: 5,
      delayMs: 500,
      signal: run.signal,
      shouldRetry: isTransient,
    });
  } catch (cause) {
    run.signal.throwIfAborted();
    const said = cause instanceof HttpStatusError ? `: ${cause.message}` : "";
    throw new BuildError(`HCP did not accept the client credentials${said}`, {
      cause,
      hint: "Check client_id and client_secret (HCP_CLIENT_ID and HCP_CLIENT_SECRET).",
    });
  } finally {
    await dispatcher.close();
  }
}

async function once(
  url: string,
  dispatcher: ReturnType<typeof httpDispatcher>,
  body: string,
  signal: AbortSignal,
): Promise<string> {
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const answer = await request(url, { method: "POST", dispatcher, signal, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw statusError(answer.statusCode, text);
  return (JSON.parse(text) as { access_token: string }).access_token;
}
