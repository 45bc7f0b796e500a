import type { Readable, Writable } from "node:stream";

/** A connection to the guest. Every method rejects with a BuildError, and promptly when `signal` aborts. */
export interface Communicator {
  /** For messages: `ssh vagrant@127.0.0.1:2222`. */
  readonly address: string;
  /** What reads the commands given to `exec`, known once connected. Absent where nobody looked. */
  readonly shell?: GuestShell | undefined;
  /** Every command gets a terminal unless it says otherwise: standard input does not reach it unchanged. */
  readonly terminal?: boolean | undefined;
  /** Runs a command line through the guest's shell. Resolves when it ended and both streams are drained. */
  exec(command: string, options: ExecOptions): Promise<ExecResult>;
  /** Writes one file. Never leaves a partial file under `path`. */
  upload(source: UploadSource, path: string, options: UploadOptions): Promise<void>;
  /**
   * Copies a directory; `from` with a trailing slash means its contents. Without one it goes into `to` under its own name
   * where `to` is there already, and else becomes `to`. By WinRM, as in Packer, always into it.
   */
  uploadDir(from: string, to: string, options: TransferOptions): Promise<void>;
  /** Reads one file into `to`. */
  download(path: string, to: Writable, options: TransferOptions): Promise<void>;
  /** Copies a directory back; no received path can leave `to`. A trailing slash means its contents, none the directory itself. */
  downloadDir(from: string, to: string, options: TransferOptions): Promise<void>;
  /**
   * Drops the connection; the next call makes a new one. For a machine that restarts: `reinstalled` also accepts another
   * host key then.
   */
  disconnect?(options?: { readonly reinstalled?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** A shell of the Bourne family; Windows' cmd.exe or PowerShell; something else. */
export type GuestShell = "posix" | "cmd" | "powershell" | "other";

/** A function is called again when the copy has to start over; a stream can be read only once. */
export type UploadSource = Readable | Uint8Array | (() => Readable);

export interface ExecOptions {
  readonly signal: AbortSignal;
  readonly stdin?: Readable | Uint8Array | string | undefined;
  /** Raw bytes as they arrive. The promise they may return is back-pressure. */
  readonly onStdout?: ((chunk: Buffer) => void | Promise<void>) | undefined;
  readonly onStderr?: ((chunk: Buffer) => void | Promise<void>) | undefined;
  /** Allocate a terminal for this command, whatever `ssh_pty` says. */
  readonly pty?: boolean | undefined;
}

export type ExecResult =
  | { readonly kind: "exit"; readonly code: number }
  /** Ended by a signal in the guest, e.g. `SIGKILL` (often out of memory). */
  | { readonly kind: "signal"; readonly signal: string }
  /** The link died, or the guest closed it, before an exit status arrived (a reboot looks like this). */
  | {
      readonly kind: "disconnect";
      readonly reason: string;
      /** Not all of the standard input was sent when the link died: a command that reads all of it first has done nothing yet. */
      readonly inputUnsent?: boolean;
    };

export interface TransferOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

export interface UploadOptions extends TransferOptions {
  /** Unix mode, applied before the first byte is readable under `path`. Default 0o644. */
  readonly mode?: number | undefined;
  /** Bytes, where known. */
  readonly size?: number | undefined;
}
