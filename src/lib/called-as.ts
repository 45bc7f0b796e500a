import { basename } from "node:path";

/** The names under which the command is known. */
export type ProgramName = "imgbuild" | "packer";

export interface CalledAs {
  readonly program: ProgramName;
  readonly args: readonly string[];
}

/**
 * Under which name a process was started: `packer` by a link of that name, or by `imgbuild packer …`. `argv0` is what the
 * process was called, which for a program of one file is the link.
 */
export function calledAs({ argv, argv0 }: Pick<NodeJS.Process, "argv" | "argv0">): CalledAs {
  const [, script = "", ...args] = argv;
  if (args[0] === "packer") return { program: "packer", args: args.slice(1) };
  const isLink = [script, argv0].some((path) => /^packer(\.(exe|cmd|js))?$/i.test(basename(path)));
  return { program: isLink ? "packer" : "imgbuild", args };
}
