import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Adds up the JSON reports that vitest wrote, lists what was skipped with its reason, and ends with one plain line. */
const folder = process.argv[2];
const reports = readdirSync(folder).filter((name) => name.endsWith(".json"));
const tests = reports
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
  .flatMap((report) => report.testResults.flatMap((file) => file.assertionResults));
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;

for (const { status, fullName } of tests) {
  if (status === "failed") console.log(`failed: ${fullName}`);
  if (status === "skipped" || status === "pending" || status === "todo") console.log(`left out: ${fullName}`);
}
const failed = count("failed");
console.log(`${count("passed")} passed, ${failed} failed, ${count("skipped", "pending", "todo")} skipped`);
process.exitCode = failed > 0 || tests.length === 0 ? 1 : 0;
