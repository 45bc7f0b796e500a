import { formatDuration } from "../../../lib/duration.ts";
import { sleep } from "../../../lib/retry.ts";
import type { Provisioner } from "../../../sdk/component.ts";
import { duration } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema({ duration: duration("How long to wait.") });
type SleepConfig = ConfigOf<typeof schema>;

export const provisioner: Provisioner<SleepConfig> = {
  kind: "provisioner",
  type: "sleep",
  summary: "Waits.",
  schema,
  onHost: true,
  async provision(run, config) {
    run.say(`Sleeping for ${formatDuration(config.duration)}`);
    await sleep(config.duration, run.signal);
  },
};
