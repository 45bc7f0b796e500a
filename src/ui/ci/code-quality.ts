import { createHash } from "node:crypto";
import { writeUserFile } from "../../lib/user-file.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { positionOf } from "../../language/position.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import type { Renderer } from "../renderer.ts";
import type { NameInCheckout } from "./name-in-checkout.ts";

interface CodeQualityFile {
  readonly path: string;
  /** Stands for the place of what has none. */
  readonly template: string;
  readonly nameOf: NameInCheckout;
}

/**
 * `-code-quality-file`: what is wrong with a template, as a merge request of GitLab shows it (GitLab, "Code Quality report
 * format"). Written when the command ends, an empty list where nothing is wrong. Rejects on close when it cannot be written.
 */
export function createCodeQualityFile({ path, template, nameOf }: CodeQualityFile): Renderer {
  const found: Diagnostic[] = [];
  return {
    render: ({ event }) => {
      if (event.kind === "diagnostic") found.push(event.diagnostic);
    },
    close: async () => {
      const issues = withFingerprints(found.map((diagnostic) => issueOf(diagnostic, { template, nameOf })));
      await writeUserFile(path, `${JSON.stringify(issues, undefined, 2)}\n`).catch(async (cause: unknown) => {
        throw await writeFailure(path, cause);
      });
    },
  };
}

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly severity: "major" | "minor";
  readonly location: { readonly path: string; readonly lines: { readonly begin: number; readonly end: number } };
}

function issueOf(diagnostic: Diagnostic, { template, nameOf }: Omit<CodeQualityFile, "path">): Issue {
  const { severity, code, summary, detail, subject } = diagnostic;
  const lines = subject
    ? { begin: positionOf(subject.file, subject.start).line, end: positionOf(subject.file, subject.end).line }
    : { begin: 1, end: 1 };
  return {
    description: detail ? `${summary}: ${detail}` : summary,
    check_name: code,
    severity: severity === "error" ? "major" : "minor",
    location: { path: nameOf(subject ? subject.file.name : template), lines },
  };
}

/** The same for the same mistake, on whatever line it comes to stand; different where one mistake is there twice. */
function withFingerprints(issues: readonly Issue[]): readonly object[] {
  const times = new Map<string, number>();
  return issues.map((issue) => {
    const mistake = JSON.stringify([issue.check_name, issue.location.path, issue.description]);
    const time = (times.get(mistake) ?? 0) + 1;
    times.set(mistake, time);
    return { ...issue, fingerprint: createHash("sha256").update(`${mistake}\n${time}`).digest("hex") };
  });
}
