/** Everything about one WinRM connection but the guest's address, which may be known late. */
export interface WinrmSettings {
  readonly username: string;
  readonly password: string;
  readonly useTls: boolean;
  /** Take any certificate. */
  readonly insecure: boolean;
  readonly authentication: Authentication;
  /** Names of proxies, as the environment has them; empty where none is to be used. */
  readonly proxyEnvironment: Readonly<Record<string, string | undefined>>;
}

/**
 * `automatic`: over plain HTTP NTLM, which encrypts the messages, where the server offers it, else Basic; over TLS Basic
 * first, then NTLM.
 */
export type Authentication = "basic" | "ntlm" | "automatic";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function endpoint({ useTls }: Pick<WinrmSettings, "useTls">, { host, port }: Address): URL {
  const literal = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return new URL(`${useTls ? "https" : "http"}://${literal}:${port}/wsman`);
}
