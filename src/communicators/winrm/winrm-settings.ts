import type { Run } from "../../sdk/run.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import type { Authentication, WinrmSettings } from "./settings.ts";

/** What a configuration says about WinRM. The password becomes a secret of the run. */
export function readWinrmSettings(run: Pick<Run, "host" | "secret">, config: CommunicatorConfig): WinrmSettings {
  const { winrm_username: username = "", winrm_password: password = "" } = config;
  // A password that is the user name is no secret, and masking it would blank out half of the output ("vagrant").
  if (password !== "" && password !== username) run.secret(password);
  return {
    username,
    password,
    useTls: config.winrm_use_ssl,
    insecure: config.winrm_insecure,
    authentication: authenticationOf(config.winrm_use_ntlm),
    proxyEnvironment: config.winrm_no_proxy ? {} : run.host.env,
  };
}

function authenticationOf(useNtlm: boolean | undefined): Authentication {
  if (useNtlm === undefined) return "automatic";
  return useNtlm ? "ntlm" : "basic";
}
