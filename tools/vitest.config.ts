import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LeftOutReporter } from "../test/helper/left-out-reporter.ts";

/** Where CI wants the counts; see `test-summary.mjs`. */
const reports = process.env["IMGBUILD_TEST_REPORTS"];
const report = reports === undefined ? undefined : join(reports, `tests-${process.pid}.json`);

/**
 * What holds for each project; a project takes none of these options from the configuration around it.
 *
 * Real servers and guests on a busy machine: what needs its second try is named in the summary (`test-summary.mjs`).
 */
const everywhere = { root: ".", retry: process.env["CI"] === undefined ? 0 : 1 };
/** For tests whose threads run our sources. */
const threadsRunSources = { execArgv: ["--import", "./tools/typescript-in-threads.mjs"] };

/** Three projects: `unit` (no programs, no network beyond loopback), `cli` (the built command), `e2e` (real programs). */
export default defineConfig({
  test: {
    // On two cores the default is one worker, which leaves the other core idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ["default", new LeftOutReporter(), ...(report === undefined ? [] : ["json"])],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: "unit",
          ...everywhere,
          include: ["test/**/*.test.ts"],
          exclude: ["test/cli/**", "test/e2e/**"],
          sequence: { shuffle: true },
          // Nothing below src keeps state in a module, so that files can share one process: a quarter less work.
          isolate: false,
          ...threadsRunSources,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "cli",
          ...everywhere,
          include: ["test/cli/**/*.test.ts"],
          globalSetup: "test/helper/build-once.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          ...everywhere,
          ...threadsRunSources,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/helper/build-once.ts",
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
