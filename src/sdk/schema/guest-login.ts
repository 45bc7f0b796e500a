import type { WindowsGuest } from "../artifact-state.ts";
import type { CommunicatorConfig } from "./communicator.ts";

/** What a template says about the way into the machine, whichever its communicator is. */
export interface GuestLogin {
  readonly host: string | undefined;
  /** In the machine; a builder may forward another one to it. */
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export function guestLogin(config: CommunicatorConfig): GuestLogin {
  if (config.communicator === "winrm") {
    return {
      host: config.winrm_host,
      port: config.winrm_port ?? (config.winrm_use_ssl ? 5986 : 5985),
      username: config.winrm_username,
      password: config.winrm_password,
    };
  }
  return {
    host: config.ssh_host,
    port: config.ssh_port,
    username: config.ssh_username,
    password: config.ssh_password,
  };
}

/** What is known of a Windows guest; WinRM is spoken by nothing else. `undefined` for others. */
export function windowsGuest(config: CommunicatorConfig, isWindows = false): WindowsGuest | undefined {
  const { communicator } = config;
  if (communicator !== "winrm" && !isWindows) return undefined;
  return { system: "windows", communicator, user: guestLogin(config).username ?? "" };
}
