import type { Provisioner } from "../../../sdk/component.ts";
import { flag, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema({
  note: text("What to say when the build stops here.").default(""),
  disable: flag("Do not stop.").default(false),
});
type BreakpointConfig = ConfigOf<typeof schema>;

export const provisioner: Provisioner<BreakpointConfig> = {
  kind: "provisioner",
  type: "breakpoint",
  summary: "Stops the build until you press enter, so that you can look at the machine.",
  schema,
  onHost: true,
  async provision(run, { note, disable }, { communicator }) {
    const named = note && ` (${note})`;
    if (disable) return run.say(`Breakpoint${named} is disabled`);
    const { address } = communicator;
    const where = address === "none" ? "" : `. The machine is reachable at ${address}`;
    run.say(`Breakpoint${named}${where}`);
    const answered = await run.waitForUser(`Breakpoint${named}.`);
    if (!answered) run.warn("Nobody can press enter without a terminal: going on.");
  },
};
