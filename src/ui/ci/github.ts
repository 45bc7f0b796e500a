import { createPackerText, type BuildFinished } from "../packer-text.ts";
import type { Renderer, StampedEvent } from "../renderer.ts";
import { escapeData } from "./github-annotations.ts";
import type { GroupSyntax } from "./groups.ts";
import { appendStepOutputs } from "./step-outputs.ts";
import { appendStepSummary } from "./step-summary.ts";

/** GitHub Actions workflow commands (docs.github.com, "Workflow commands for GitHub Actions"). */
export const githubGroups: GroupSyntax = {
  open: (title) => `::group::${escapeData(title)}`,
  close: () => "::endgroup::",
  guard: guardCommands,
};

/**
 * The runner obeys `::command` at the start of a line and `##[command]` anywhere in it, no matter who printed the line.
 */
export function guardCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1:\u200b").replaceAll("##[", "##\u200b[");
}

/** A table of what was built, appended to the file of `GITHUB_STEP_SUMMARY`. */
export const createGithubStepSummary = (path: string): Renderer =>
  whenFinished((builds) => appendStepSummary(path, builds));

/** What was built, as outputs of the step, appended to the file of `GITHUB_OUTPUT`. */
export const createGithubStepOutputs = (path: string, metadataFile?: string): Renderer => ({
  reader: "program",
  ...whenFinished((builds) => appendStepOutputs(path, builds, metadataFile)),
});

function whenFinished(act: (builds: readonly BuildFinished[]) => Promise<void>): Renderer {
  const text = createPackerText();
  let isFinished = false;
  return {
    render: (stamped: StampedEvent) => {
      text.lines(stamped);
      isFinished ||= stamped.event.kind === "run-finished";
    },
    close: async () => {
      if (isFinished) await act(text.finished());
    },
  };
}
