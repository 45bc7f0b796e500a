import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Where CI wants the counts; see `test-summary.mjs`. */
const reports = process.env["IMGBUILD_TEST_REPORTS"];
const report = reports === undefined ? undefined : join(reports, `tests-${process.pid}.json`);

/** Three projects: `unit` (no programs, no network beyond loopback), `cli` (the built command), `e2e` (real programs). */
export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: "unit",
          root: ".",
          include: ["test/**/*.test.ts"],
          exclude: ["test/cli/**", "test/e2e/**"],
          sequence: { shuffle: true },
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "cli",
          root: ".",
          include: ["test/cli/**/*.test.ts"],
          globalSetup: "test/helper/build-once.ts",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          root: ".",
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
