import type { StoredBuild } from "../../../core/store/record.ts";
import { describeBytes } from "../../../lib/bytes.ts";
import { alignedRows } from "../../../ui/aligned-rows.ts";
import { sanitize } from "../../../ui/sanitize.ts";
import { plural, shortDuration } from "../../../ui/words.ts";
import { EXIT } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { openStore } from "../../open-store.ts";
import { messageFlagsFor, withMessagesOnStderr, withReadOnlySession } from "../../read-only-session.ts";
import type { StoreAction } from "./action.ts";

/** Lists what a store has, the latest last. */
export const ls: StoreAction = (context, { address, flags }) =>
  interruptible(context.process, async (signal) => {
    const { host } = context;
    const quiet = { ...context, host: withMessagesOnStderr(host) };
    const builds = await withReadOnlySession(
      quiet,
      { path: ".", signal, flags: messageFlagsFor(flags) },
      async ({ session }) => (await openStore(session, address)).list(signal),
    );
    if (flags.json) for (const build of builds) host.stdout.write(`${toJson(build)}\n`);
    else host.stdout.write(`${listText(builds, host.clock.now())}\n`);
    return EXIT.ok;
  });

/** What programs may rely on. */
function toJson({ key, build, template, runId, storedAt, durationMs, files }: StoredBuild): string {
  return JSON.stringify({ key, build: build.name, template, runId, storedAt, durationMs, files });
}

function listText(builds: readonly StoredBuild[], now: number): string {
  if (builds.length === 0) return "Nothing is stored there. imgbuild build -store=STORE puts builds there.";
  const rows = builds.map((stored) => [
    stored.key.slice(0, 12),
    stored.build.name,
    `${shortDuration(Math.max(0, now - stored.storedAt))} ago`,
    describeBytes(totalBytes([stored])),
    stored.template,
  ]);
  const table = alignedRows([["key", "build", "stored", "size", "template"], ...rows]);
  const total = `${plural(builds.length, "build")}, together ${describeBytes(totalBytes(builds))}.`;
  return [...table, total].map(sanitize).join("\n");
}

/** Each content counts once. */
export function totalBytes(builds: readonly StoredBuild[]): number {
  const sizes = new Map(builds.flatMap(({ files }) => files.map(({ sha256, size }) => [sha256, size])));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
