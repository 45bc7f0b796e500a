import { defineConfig } from "vitest/config";

/** Three projects: `unit` (no programs, no network beyond loopback), `cli` (the built command), `e2e` (real programs). */
export default defineConfig({
  test: {
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
      { test: { name: "cli", root: ".", include: ["test/cli/**/*.test.ts"], globalSetup: "test/helper/build-once.ts", testTimeout: 60_000 } },
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
