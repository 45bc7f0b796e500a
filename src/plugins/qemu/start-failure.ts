import type { CommandResult } from "../../lib/process.ts";
import { BuildError } from "../../sdk/error.ts";

/** QEMU found a port taken that was free a moment ago: another one is worth a try. */
export class PortTakenError extends BuildError {}

/** The machine ran, and was off before QEMU could be asked anything. */
export class SwitchedOffError extends BuildError {}

interface Started {
  readonly binary: string;
  readonly args: readonly string[];
}

/** Why QEMU ended instead of starting, with what to do where its message is known. */
export function startFailure({ binary, args }: Started, result: CommandResult, said: string): BuildError {
  if (result.code === 0 && said === "" && !args.includes("-daemonize")) {
    return new SwitchedOffError("The guest switched itself off as soon as it was started", {
      hint: 'An image that is not meant to be logged in to needs communicator = "none".',
    });
  }
  const text = withoutProgramName(binary, said) || `it ended with exit code ${result.code}`;
  if (/Could not set up host forwarding rule|Failed to find an available port|Address already in use/.test(said)) {
    return new PortTakenError(`QEMU could not use a port it was given: ${text}`);
  }
  const [, hint] = hints.find(([pattern]) => pattern.test(said)) ?? [];
  return new BuildError(`QEMU did not start: ${text}`, { hint });
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /could not access kvm kernel module|failed to initialize kvm|kvm_buf_set_msrs/i,
    'KVM does not work on this host. Leave "accelerator" out to let imgbuild choose, or set it to "tcg" (emulation, slower).',
  ],
  [
    /gtk initialization failed|display .* is not available|could not initialize sdl|cannot open display/i,
    "There is no desktop to open a window on. Set headless = true; `imgbuild screen` shows the machine in a browser.",
  ],
  [/cannot set up guest memory|cannot allocate memory/i, 'The host has too little free memory. Lower "memory".'],
  [/failed to get "write" lock/i, "Another process is using the image."],
  [
    /bridge helper failed/i,
    "Allow the bridge in /etc/qemu/bridge.conf, and see that qemu-bridge-helper is set-uid root.",
  ],
  [
    /unknown protocol 'https?'/i,
    "QEMU reads images over HTTP with its curl driver. Install it (Debian, Ubuntu: qemu-block-extra), or leave iso_skip_cache out.",
  ],
  [/no space left on device/i, "Make room on the disk."],
  [
    /is not a valid device model name|unsupported machine type/i,
    "See what this QEMU knows: -device help, -machine help.",
  ],
];

function withoutProgramName(binary: string, said: string): string {
  const lines = said.split("\n");
  const texts = lines.map((line) => line.replace(/^\S*qemu-system-\S+: /, "").replace(`${binary}: `, ""));
  return texts.join("\n");
}
