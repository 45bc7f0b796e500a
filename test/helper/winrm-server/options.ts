import type { Trouble } from "./trouble.ts";
import type { PowershellAnswer } from "./powershell-stand-in.ts";

export interface WinrmServerOptions {
  readonly username?: string;
  readonly password?: string;
  /** With a certificate the server speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly port?: number;
  /** What it offers. */
  readonly offers?: readonly ("Basic" | "Negotiate")[];
  /** Plain HTTP without encryption is taken. Windows' default is that it is not. */
  readonly allowUnencrypted?: boolean;
  readonly maxEnvelopeKb?: number;
  /** Larger requests are refused by http.sys (413), or by the service with a fault. */
  readonly tooLargeBy?: "status" | "fault";
  readonly maxTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly maxShells?: number;
  readonly maxOperations?: number;
  /** Whether the user may read the service's configuration. */
  readonly isAdministrator?: boolean;
  /** Windows is being set up: `reg query` says so. */
  readonly inSetup?: boolean;
  /** Where drive C is. */
  readonly driveC: string;
  /** A wine prefix whose cmd.exe runs commands. Without it a few words are understood (`tiny-cmd.ts`). */
  readonly winePrefix?: string | undefined;
  readonly trouble?: Trouble;
  /** What PowerShell scripts other than ours print. */
  readonly answer?: PowershellAnswer;
  /** `shutdown /r` and the like were run; the server restarts itself when asked to by the test. */
  readonly onShutdown?: (command: string) => void;
}

/** One question and its answer, unencrypted. */
export interface Exchange {
  readonly request: string;
  readonly response: string;
  readonly status: number;
}
