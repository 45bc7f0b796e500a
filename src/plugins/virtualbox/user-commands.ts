import type { LateTemplate } from "../../sdk/late-template.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver } from "./driver/driver.ts";

/** Runs the calls of `vboxmanage` or `vboxmanage_post`, one after the other, each as the user wrote it. */
export async function runUserRows(
  run: Run,
  driver: Driver,
  name: "vboxmanage" | "vboxmanage_post",
  rows: readonly (readonly LateTemplate[])[],
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (rows.length === 0) return;
  await run.step(`run ${name}`, async ({ signal }) => {
    for (const row of rows) {
      const args = row.map((part) => part.render(values));
      run.say(`VBoxManage ${args.join(" ")}`);
      await driver.call(args, { signal });
    }
  });
}

/** Whether the user attaches network cards by hand: the guest may then see this computer under any of its addresses. */
export function choosesNetwork(rows: readonly (readonly LateTemplate[])[]): boolean {
  return rows.flat().some(({ text }) => /^--?nic\d$/.test(text));
}
