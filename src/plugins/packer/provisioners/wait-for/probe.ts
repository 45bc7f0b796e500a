import { isIP } from "node:net";
import { shellQuote } from "../../../../lib/shell-quote.ts";

/** A question to the guest: exit status 0 means ready. */
export interface Probe {
  readonly what: string;
  /** Begins the sentence said when it is over. */
  readonly done: string;
  readonly command: string;
  readonly hint?: string | undefined;
  /** A warning that the output of a successful probe gives cause for. */
  readonly warning?: (stdout: string) => string | undefined;
}

export function commandProbe(command: string): Probe {
  return { what: `the command "${command}" to succeed`, done: "The command succeeded", command };
}

/** cloud-init's last stage writes result.json; images without it, or where it is turned off, are ready at once. */
export const cloudInitProbe: Probe = {
  what: "cloud-init",
  done: "cloud-init has finished",
  command: [
    "if [ -e /run/cloud-init/result.json ]; then cat /run/cloud-init/result.json",
    "elif [ -e /run/cloud-init/disabled ] || [ -e /etc/cloud/cloud-init.disabled ]; then :",
    "elif command -v cloud-init >/dev/null 2>&1 || [ -d /run/cloud-init ]; then echo still working >&2; exit 1",
    "fi",
  ].join("\n"),
  hint: "Look at /var/log/cloud-init-output.log in the machine, or raise timeout.",
  warning: cloudInitErrors,
};

function cloudInitErrors(stdout: string): string | undefined {
  if (stdout.trim() === "") return undefined;
  try {
    const { v1 } = JSON.parse(stdout) as { readonly v1?: { readonly errors?: readonly unknown[] } };
    const errors = v1?.errors ?? [];
    if (errors.length === 0) return undefined;
    return `cloud-init finished with errors: ${errors.map(String).join("; ")}`;
  } catch {
    return "cloud-init left a result that cannot be read";
  }
}

/** With what the guest has: netcat, bash, or for its own ports the kernel's table. */
export function portProbe(host: string, port: number): Probe {
  const target = `${shellQuote(host)} ${port}`;
  const isOwn = host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
  const listening = `:${port.toString(16).toUpperCase().padStart(4, "0")} [0-9A-F]*:0000 0A`;
  const inKernelTable = `grep -qs ${shellQuote(listening)} /proc/net/tcp /proc/net/tcp6`;
  const connects = [
    `{ command -v nc >/dev/null 2>&1 && nc -z -w 3 ${target} >/dev/null 2>&1; }`,
    `{ command -v bash >/dev/null 2>&1 && bash -c ': 2>/dev/null <>"/dev/tcp/$0/$1"' ${target} 2>/dev/null; }`,
  ];
  const command = [...(isOwn ? [inKernelTable] : []), ...connects].join(" || ");
  return { what: `port ${port} on ${host}`, done: `Port ${port} on ${host} is open`, command };
}
