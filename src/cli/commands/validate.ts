import { preflight } from "../../core/preflight.ts";
import { BuildRun } from "../../core/run/build-run.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Template } from "../../template/model.ts";
import { applyEdits } from "../apply-edits.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext, type FlagValues } from "../command.ts";
import { interruptible } from "../interruptible.ts";
import { loadChecked } from "../load-checked.ts";
import { withReadOnlySession } from "../read-only-session.ts";
import { outputFlags } from "../output-flags.ts";
import type { UnopenedSession } from "../session.ts";
import { templateArgument, templateFlags } from "../template-flags.ts";

const flags = {
  ...templateFlags,
  ...outputFlags,
  "syntax-only": booleanFlag("Check the syntax, the structure and the variables only: no other values."),
  "evaluate-datasources": booleanFlag(
    "Read the data sources, so that what depends on them is checked too. Uses the network.",
  ),
  "no-warn-undeclared-var": booleanFlag("No warning about variables in files that the template does not declare."),
  preflight: booleanFlag(
    "Ask the world as well: programs, images, credentials, names that are taken. Changes nothing.",
  ),
  fix: booleanFlag(
    "Make the changes that messages propose, in the template's own files. Look at them with your version control.",
  ),
  "code-quality-file": textFlag("FILE", "Write what is wrong as a report that GitLab shows in merge requests."),
  "warnings-as-errors": booleanFlag("Fail on warnings, too."),
  "use-sequential-evaluation": booleanFlag("", {
    hidden: true,
    withoutEffect: "locals and data sources are always read in the order they need each other.",
  }),
  "ignore-prerelease-plugins": booleanFlag("Use no development builds of plugins (1.2.3-dev), only releases."),
};

export const command = defineCommand({
  name: "validate",
  summary: "Check a template without building anything",
  examples: [
    { command: "imgbuild validate template.pkr.hcl", explains: "one template" },
    {
      command: "imgbuild validate -var-file=prod.pkrvars.hcl .",
      explains: "the templates in this directory, with these variables",
    },
    { command: "imgbuild validate -preflight .", explains: "also ask the world whether the builds can start" },
  ],
  arguments: [templateArgument],
  flags,
  notes: [
    "Without -evaluate-datasources and -preflight nothing but the template's own files is read, and nothing is asked of the network.",
  ],
  run: (context, { positional: [path = ""], flags: given }) =>
    interruptible(context.process, (signal) => validate(context, path, given, signal)),
});

function validate(
  context: CommandContext,
  path: string,
  given: FlagValues<typeof flags>,
  signal: AbortSignal,
): Promise<number> {
  const report = given["code-quality-file"];
  const files = { codeQuality: report === undefined ? undefined : { path: report, template: path } };
  return withReadOnlySession(context, { path, signal, flags: given, files }, async ({ session, output }) => {
    const { template, isValid, hasWarnings, diagnostics } = await loadChecked(session, output, {
      path,
      flags: given,
      syntaxOnly: given["syntax-only"],
      undeclaredVariables: given["no-warn-undeclared-var"] ? "ignore" : "warn",
      readsDataSources: given["evaluate-datasources"],
      buildsHere: given.preflight,
      releasesOnly: given["ignore-prerelease-plugins"],
    });
    if (given.fix) {
      for (const name of await applyEdits(diagnostics, context.host.cwd))
        session.emit({ kind: "say", text: `Changed ${name}` });
    }
    if (!template || !isValid) return EXIT.failed;
    if (hasWarnings && given["warnings-as-errors"]) {
      session.emit({ kind: "error", text: WARNED });
      return EXIT.failed;
    }
    const isReady = !given.preflight || (await checkPreflight(session, template));
    if (!isReady) return EXIT.failed;
    session.emit({ kind: "say", text: given["syntax-only"] ? SYNTAX_PASSED : PASSED });
    return EXIT.ok;
  });
}

const SYNTAX_PASSED = "Syntax-only check passed. Everything looks okay.";
const WARNED = "There are warnings, and -warnings-as-errors was given.";
const PASSED = "The configuration is valid.";

/** Whether every build can start; what is missing is shown. */
async function checkPreflight(session: UnopenedSession, template: Template): Promise<boolean> {
  const journal = { record: () => Promise.reject(new BuildError("A check makes nothing")) };
  const found = await Promise.all(
    template.builds.map(async (plan) => {
      const problems = await preflight(new BuildRun({ ...session, journal }, plan.identity), plan);
      for (const text of problems) session.emit({ kind: "error", build: plan.identity.name, text });
      return problems.length;
    }),
  );
  return found.every((count) => count === 0);
}
