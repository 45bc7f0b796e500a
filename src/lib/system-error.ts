/** An error of the operating system, as Node makes it: with a code such as `ENOENT`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  if (!(error instanceof Error)) return false;
  const { code, syscall, errno } = error as NodeJS.ErrnoException;
  return typeof code === "string" && (syscall !== undefined || errno !== undefined) && /^E[A-Z0-9_]+$/.test(code);
}

/** What an error of the operating system says, in words: no code, no name of a system call, no temporary name. */
export function systemErrorText(error: NodeJS.ErrnoException & { readonly code: string }): string {
  const { code, syscall = "", message } = error;
  const { address, port, hostname } = error as { address?: string; port?: number; hostname?: string };
  if (syscall.startsWith("spawn"))
    return `the program "${error.path ?? syscall.slice(6)}" ${spawnReasons[code] ?? reasonOf(code, message)}`;
  if (syscall.startsWith("getaddrinfo"))
    return `${networkReasons[code] ?? "the name server does not answer"}: ${hostname}`;
  const reason = reasonOf(code, message);
  if (address !== undefined) return port === undefined ? `${reason} (${address})` : `${reason} (${address}:${port})`;
  const path = error.path ?? /'([^']+)'/.exec(message)?.[1];
  return path === undefined ? reason : `${reason}: ${withoutTemporaryName(String(path))}`;
}

function reasonOf(code: string, message: string): string {
  const known = reasons[code] ?? networkReasons[code];
  if (known !== undefined) return known;
  // libuv's own words, without what is around them.
  const words = message.replace(/^(?:\w+ )?E[A-Z0-9]+(?:: )?/, "").replace(/, \w+(?: '[^']*'(?: -> '[^']*')?)?$/, "");
  return words.trim() || `the system refused it (${code})`;
}

const withoutTemporaryName = (path: string): string => path.replace(/\.([^/]+)\.[0-9a-f-]{12,36}\.tmp$/, "$1");

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EISDIR: "it is a directory",
  EEXIST: "it exists already",
  ENOTEMPTY: "the directory is not empty",
  EROFS: "the file system can only be read",
  ENAMETOOLONG: "the name is longer than the file system allows",
  ELOOP: "a link that leads back to itself",
  ENXIO: "nothing can be written there as to a file",
  EBUSY: "it is in use",
  ETXTBSY: "it is a program that is running",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open on this machine",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "larger than a file may be here",
  EIO: "the disk reports an error",
  EXDEV: "it is on another file system",
  EPIPE: "the other side has closed the connection",
  EINVAL: "the system does not accept it",
  ENOMEM: "not enough memory",
};

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  ECONNABORTED: "the connection was cut",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "the address is not one of this machine",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the name server does not answer",
};

const spawnReasons: Readonly<Record<string, string>> = {
  ENOENT: "was not found",
  EACCES: "may not be run by this user",
  E2BIG: "was given more arguments than the system allows",
};
