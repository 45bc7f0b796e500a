import { firstChange } from "../../lib/watch-paths.ts";
import { shellCommand } from "../../lib/shell-quote.ts";
import { displayPath } from "../../lib/display-path.ts";
import { buildFlags } from "../build-flags.ts";
import { defineCommand, type CommandContext, type FlagValues } from "../command.ts";
import { templateFiles } from "../development.ts";
import { interruptible } from "../interruptible.ts";
import { runSession } from "../run-session.ts";
import { templateArgument } from "../template-flags.ts";

export const command = defineCommand({
  name: "develop",
  summary: "Keep the machine, and run again what changes in a template",
  examples: [
    { command: "imgbuild develop template.pkr.hcl", explains: "work on its provisioners until Ctrl-C" },
    { command: "imgbuild develop -only='qemu.*' .", explains: "with one of its builds" },
  ],
  arguments: [templateArgument],
  flags: buildFlags,
  notes: [
    "The machine is saved before each provisioner (build -checkpoints). When the template or a file it reads is saved, the machine goes back to the last state that the change does not touch, and goes on from there.",
    "No image is made. Run build -checkpoints for that: it begins where develop has come to.",
  ],
  run: (context, { positional: [path = ""], flags }) =>
    interruptible(context.process, (signal) => develop(context, { path, flags, signal })),
});

interface Input {
  readonly path: string;
  readonly flags: FlagValues<typeof buildFlags>;
  readonly signal: AbortSignal;
}

async function develop(context: CommandContext, input: Input): Promise<number> {
  for (;;) {
    const { code, changed } = await round(context, input);
    const { host } = context;
    if (changed === undefined) {
      if (code === EXIT_INTERRUPTED) host.stdout.write(closingWords(input.path));
      return code;
    }
    host.stdout.write(`\n==> ${displayPath(changed, host.cwd)} has changed.\n`);
  }
}

/** Of Ctrl-C, by which a person says that all is as wanted. */
const EXIT_INTERRUPTED = 130;

function closingWords(path: string): string {
  const command = shellCommand(["imgbuild", "build", "-checkpoints", path || "."]);
  return `\n==> The machine is gone, and what was saved stays. To make the image from there:\n    ${command}\n`;
}

interface Round {
  readonly code: number;
  /** What ended it; absent where the user did. */
  readonly changed: string | undefined;
}

/** One run, until something it reads changes. One that ends before (the template is wrong) waits for the next change. */
async function round(context: CommandContext, { path, flags, signal }: Input): Promise<Round> {
  const change = new AbortController();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let seen: Promise<string | undefined> = Promise.resolve(undefined);
  const watch = (paths: readonly string[]): void => {
    seen = firstChange(paths, either).then(
      (changed) => {
        change.abort(new Error(`${changed} has changed`));
        return changed;
      },
      () => undefined,
    );
  };
  watch(await templateFiles(context.host.cwd, path));
  const develop = { changed: change.signal, reads: watch };
  const code = await runSession(context, { command: "develop", path, flags, checkpoints: true, develop });
  const changed = await seen;
  stop.abort();
  return { code, changed };
}
