import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Adds up the JSON reports that vitest wrote, lists what was skipped, what failed and what passed only at its second try,
 * both with the reason, and ends with one plain line.
 */
/** Of a long reason the beginning says what was expected, and the end how it came. */
const FIRST_LINES = 5;
const LAST_LINES = 25;
const folder = process.argv[2];
const reports = readdirSync(folder).filter((name) => name.endsWith(".json"));
const tests = reports
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
  .flatMap((report) => report.testResults.flatMap(testsOf));
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;

for (const { status, fullName, failureMessages } of tests) {
  if (status === "failed") console.log(`failed: ${fullName}\n${reason(failureMessages)}`);
  if (status === "passed" && failureMessages.length > 0) {
    console.log(`passed at the second try: ${fullName}\n${reason(failureMessages)}`);
  }
  if (status === "skipped" || status === "pending" || status === "todo") console.log(`left out: ${fullName}`);
}
const failed = count("failed");
console.log(`${count("passed")} passed, ${failed} failed, ${count("skipped", "pending", "todo")} skipped`);
process.exitCode = failed > 0 || tests.length === 0 ? 1 : 0;

/** A file that could not even be loaded, or whose set-up failed, has no failed test of its own. */
function testsOf({ name, status, message, assertionResults }) {
  const hasFailed = assertionResults.some((test) => test.status === "failed");
  const file = { fullName: name, status: "failed", failureMessages: [message] };
  return status === "failed" && !hasFailed ? [...assertionResults, file] : assertionResults;
}

function reason(messages) {
  const lines = (messages[0] ?? "").split("\n").filter((line) => !line.includes("node_modules"));
  const isLong = lines.length > FIRST_LINES + LAST_LINES;
  const shown = isLong ? [...lines.slice(0, FIRST_LINES), "[…]", ...lines.slice(-LAST_LINES)] : lines;
  return shown.map((line) => `    ${line.slice(0, 300)}`).join("\n");
}
