import { posix } from "node:path";
import type { Run } from "../../sdk/run.ts";
import type { PluginUi, Transfer } from "./ui-service.ts";

/**
 * Shows what a plugin says as what the build says. Its errors are lines on standard error, as most of them are what a
 * command in the guest wrote there: what fails the build comes as the end of the call.
 */
export function runUi(run: Run): PluginUi {
  const build = run.build.name;
  return {
    say: (text) => {
      for (const line of linesOf(text)) run.say(line);
      return run.ready();
    },
    error: (text) => {
      for (const line of linesOf(text)) run.emit({ kind: "output", build, stream: "stderr", text: line });
      return run.ready();
    },
    ask: async (query) => {
      const answer = await run.askUser(query);
      if (answer === undefined) throw new Error("nobody can answer: there is no terminal");
      return answer;
    },
    machine: (category, args) => run.debug("plugin", `${category}: ${args.join(", ")}`),
    trackProgress: (transfer) => {
      const label = labelOf(transfer);
      const total = transfer.total > 0 ? transfer.total : undefined;
      let done = transfer.current;
      const show = (): void => run.progress(label, done, total);
      return {
        add: (bytes) => {
          done += bytes;
          show();
        },
        // A transfer of unknown length has no end but this.
        close: () => (total === undefined ? run.progress(label, done, done) : undefined),
      };
    },
  };
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

function labelOf({ source }: Transfer): string {
  return posix.basename(source.replace(/[?#].*$/, "")) || source;
}
