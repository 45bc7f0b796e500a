import { createHash } from "node:crypto";

/** What is known about the host key of one server. Lives as long as the run. */
export class HostKeys {
  readonly #pinned: string | undefined;
  #known: Buffer | undefined;
  #mayChange = false;

  /** `pinned`: a fingerprint (`SHA256:…`), a public key (`ssh-ed25519 AAAA… comment`), or nothing. */
  constructor(pinned?: string) {
    this.#pinned = pinned?.trim() || undefined;
  }

  /** The host key algorithms to ask the server for, where the pin tells them. */
  get pinnedAlgorithms(): readonly string[] | undefined {
    const [type, base64] = this.#pinned?.split(/\s+/) ?? [];
    if (type === undefined || base64 === undefined) return undefined;
    return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type];
  }

  /** Why this key is not acceptable, or `undefined`. */
  problem(blob: Buffer): string | undefined {
    const shown = describeHostKey(blob);
    if (this.#pinned !== undefined) {
      if (matchesPin(blob, this.#pinned)) return undefined;
      return `the host key is ${shown}, but only ${this.#pinned} is allowed`;
    }
    if (!this.#known || this.#mayChange || this.#known.equals(blob)) return undefined;
    return `the host key changed from ${describeHostKey(this.#known)} to ${shown} during this run`;
  }

  /** Call after a good login: from now on only this key is acceptable. */
  remember(blob: Buffer): void {
    this.#known = blob;
    this.#mayChange = false;
  }

  /** The machine is being reinstalled or replaced: the next key seen is as good as the first. */
  expectChange(): void {
    this.#mayChange = true;
  }
}

/** `ssh-ed25519 SHA256:…`, as OpenSSH shows keys. */
function describeHostKey(blob: Buffer): string {
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
  return `${type} ${fingerprint(blob)}`;
}

export function fingerprint(blob: Buffer): string {
  const digest = createHash("sha256").update(blob).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

function matchesPin(blob: Buffer, pin: string): boolean {
  if (pin.startsWith("SHA256:")) return fingerprint(blob) === pin.replace(/=+$/, "");
  const base64 = pin.split(/\s+/).find((word) => word.startsWith("AAAA")) ?? pin;
  return Buffer.from(base64, "base64").equals(blob);
}
