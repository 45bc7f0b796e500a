import type { Reporter, TestModule } from "vitest/node";

/** A test that cannot run here carries its reason in its title, or in that of its group; see `need.ts`. */
const REASON = /\[left out: ([^\]]+)\]/;

/** Says at the end which tests were left out and why: one line a reason, in the order of the number of tests. */
export class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests("skipped")) {
        const reason = REASON.exec(test.fullName)?.[1] ?? "no reason given";
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    const lines = [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([reason, count]) => `left out: ${count} ${count === 1 ? "test" : "tests"}: ${reason}`);
    if (lines.length > 0) process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}
