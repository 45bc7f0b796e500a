import { lstat } from "node:fs/promises";

/** What tells a file or directory from any other that ever had its name. Decimal text: inode numbers exceed a double. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly bornNs: string;
}

export interface IdentityStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
}

export function identityOf({ dev, ino, birthtimeNs }: IdentityStats): FileIdentity {
  return { device: String(dev), inode: String(ino), bornNs: String(birthtimeNs) };
}

/** Whether what stands at `path` now is that very file or directory. */
export async function isStillThere(path: string, identity: FileIdentity): Promise<boolean> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined);
  return stats !== undefined && isSameIdentity(identityOf(stats), identity);
}

export function isSameIdentity(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode && one.bornNs === other.bornNs;
}

/** Reads one back from JSON that anybody may have written. */
export function parseIdentity(value: unknown): FileIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { device, inode, bornNs } = value as Partial<Record<keyof FileIdentity, unknown>>;
  if (typeof device !== "string" || typeof inode !== "string" || typeof bornNs !== "string") return undefined;
  return { device, inode, bornNs };
}
