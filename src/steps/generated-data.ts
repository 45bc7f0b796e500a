import type { BuildValueName } from "../sdk/build-values.ts";
import type { GeneratedData } from "../sdk/component.ts";
import type { Run } from "../sdk/run.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";
import { guestLogin } from "../sdk/schema/guest-login.ts";
import type { SshKey } from "./ssh-key.ts";

/** What every builder knows about its machine once it is up. */
export interface MachineFacts {
  readonly config: CommunicatorConfig;
  readonly host: string;
  readonly port: number;
  /** The platform's name for the machine; becomes `build.ID`. */
  readonly id: string;
  readonly key?: SshKey | undefined;
  /** The builder's HTTP server, as the guest sees it. */
  readonly http?: { readonly ip: string; readonly port: number } | undefined;
  /** A user or password the builder found out itself. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly extra?: GeneratedData | undefined;
}

/** The values of `build.*`. Secrets among them are registered for masking. */
export function generatedData(run: Run, facts: MachineFacts): GeneratedData {
  const { config, key } = facts;
  const login = guestLogin(config);
  const password = facts.password ?? login.password ?? "";
  const user = facts.user ?? login.username ?? "";
  // A password that is the user name is no secret.
  if (password !== "" && password !== user) run.secret(password);
  const common: Record<BuildValueName, string | number> = {
    ID: facts.id,
    Host: facts.host,
    Port: facts.port,
    User: user,
    Password: password,
    ConnType: config.communicator,
    PackerRunUUID: run.runId,
    ...httpData(facts.http),
    SSHPublicKey: key?.publicKey ?? "",
    SSHPrivateKey: key?.privateKey ?? "",
    SSHPrivateKeyFile: key?.privateKeyPath ?? config.ssh_private_key_file ?? "",
    SSHAgentAuth: String(config.ssh_agent_auth),
    WinRMPassword: config.communicator === "winrm" ? password : (config.winrm_password ?? ""),
  };
  return { ...common, ...facts.extra };
}

function httpData(http: MachineFacts["http"]) {
  if (!http) return { PackerHTTPAddr: "", PackerHTTPIP: "", PackerHTTPPort: "" };
  const { ip, port } = http;
  return { PackerHTTPAddr: `${ip}:${port}`, PackerHTTPIP: ip, PackerHTTPPort: String(port) };
}
