import type { ParsedKey } from "ssh2";
import type { HostKeys } from "./host-keys.ts";

/** What may be used to log in to one server. */
export interface Credentials {
  readonly username: string;
  readonly privateKey?: ParsedKey | undefined;
  /** The blob of an OpenSSH certificate over `privateKey`. */
  readonly certificate?: Certificate | undefined;
  readonly password?: string | undefined;
  /** Who answers `keyboard-interactive` questions; nobody where it is absent. */
  readonly answer?: PromptAnswer | undefined;
  /** Socket of the SSH agent whose keys are offered. */
  readonly agent?: string | undefined;
}

/** Answers the questions of one round, which are shown to the user under `title`. `echo`: what is typed may be seen. */
export type PromptAnswer = (
  title: string,
  questions: readonly { readonly prompt: string; readonly echo: boolean }[],
) => Promise<readonly string[]>;

export interface Certificate {
  /** `ssh-ed25519-cert-v01@openssh.com` and the like. */
  readonly type: string;
  readonly blob: Buffer;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Server extends Address {
  readonly credentials: Credentials;
  readonly hostKeys: HostKeys;
}

/** How the TCP connection to the guest is made. */
export type Route =
  | { readonly kind: "direct" }
  | {
      readonly kind: "bastion";
      readonly server: Server;
      /** Log in to it once for all attempts: a person answers its questions. */
      readonly once: boolean;
    }
  | {
      readonly kind: "socks";
      readonly proxy: Address & { readonly username?: string | undefined; readonly password?: string | undefined };
    };

export interface Tunnel {
  readonly listenPort: number;
  readonly target: Address;
}

/** Everything about one connection to a guest but the guest's address, which may be known late. */
export interface SshSettings {
  readonly credentials: Credentials;
  readonly hostKeys: HostKeys;
  readonly route: Route;
  readonly ciphers?: readonly string[] | undefined;
  readonly keyExchange?: readonly string[] | undefined;
  /** Longest silence of the server where an answer is due. */
  readonly silenceLimitMs: number;
  /** `undefined`: never ask. */
  readonly keepAliveMs: number | undefined;
  /** Longest silence of a command; 0 for none. */
  readonly readWriteTimeoutMs: number;
  /** Agent to offer to commands in the guest. */
  readonly forwardedAgent?: string | undefined;
  readonly pty: boolean;
  readonly transferMethod?: "scp" | "sftp" | undefined;
  readonly localTunnels: readonly Tunnel[];
  readonly remoteTunnels: readonly Tunnel[];
}
