import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { cacheDirectory } from "../core/directories.ts";
import { describeResource } from "../core/describe-resource.ts";
import { openRun } from "../core/journal/open-run.ts";
import { runBuilds } from "../core/run-builds.ts";
import type { Session } from "../core/run/session.ts";
import { hasErrors } from "../language/diagnostic.ts";
import { reapers, registry } from "../registry.ts";
import { loadTemplate } from "../template/load-template.ts";
import type { LoadOptions } from "../template/load-options.ts";
import { createHumanRenderer } from "../ui/human.ts";
import { plainOutput } from "../ui/line-output.ts";
import { createPipeline } from "../ui/pipeline.ts";
import { createRedactor } from "../ui/redact.ts";
import { createSink } from "../ui/sink.ts";
import type { BuildFlags } from "./build-flags.ts";
import { EXIT, type CommandContext } from "./command.ts";
import { templateOptions } from "./template-flags.ts";

export async function runSession(
  { host }: CommandContext,
  flags: BuildFlags,
  { path, undeclaredVariables }: Pick<LoadOptions, "path" | "undeclaredVariables">,
): Promise<number> {
  const controller = new AbortController();
  const redactor = createRedactor();
  const sink = createSink(host.stdout);
  const pipeline = createPipeline({
    redactor,
    clock: host.clock,
    renderers: [createHumanRenderer({ sink, output: plainOutput(sink), colour: false, timestamps: flags["timestamp-ui"], progress: "lines" })],
  });
  try {
    const { template, diagnostics } = await loadTemplate({
      ...templateOptions(flags),
      path,
      host,
      registry,
      undeclaredVariables,
      signal: controller.signal,
    });
    for (const secret of template?.secrets ?? []) redactor.add(secret);
    for (const diagnostic of diagnostics) pipeline.emit({ kind: "diagnostic", diagnostic });
    if (!template || hasErrors(diagnostics)) return EXIT.failed;
    const runId = randomUUID();
    const run = await openRun(host, { runId, template: path, builds: template.builds.map((plan) => plan.identity.name) });
    const session: Session = {
      runId,
      host,
      options: { force: flags.force, debug: flags.debug, onError: flags["on-error"] },
      directories: {
        work: host.cwd,
        template: resolve(template.directory),
        cache: cacheDirectory(host),
        temp: run.tempDirectory,
        log: run.logDirectory,
      },
      journal: run.journal,
      emit: pipeline.emit,
      secret: (value) => redactor.add(value),
      redact: (text) => redactor.text(text),
      ask: undefined,
      signal: controller.signal,
      cleanupSignal: new AbortController().signal,
      describeResource: (resource) => describeResource(reapers, resource),
    };
    const result = await runBuilds(session, template.builds, {
      template: path,
      parallelBuilds: flags["parallel-builds"],
      runDirectory: run.directory,
      allDigests: flags["metadata-file"] !== undefined,
    });
    await run.finish(result);
    return result.outcome === "succeeded" ? EXIT.ok : EXIT.failed;
  } finally {
    await pipeline.close();
  }
}
