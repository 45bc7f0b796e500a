import type { DataSource } from "../../../sdk/component.ts";
import { text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema({ input: text("Any text.") });
type NullDataConfig = ConfigOf<typeof schema>;

export const dataSource: DataSource<NullDataConfig> = {
  kind: "data-source",
  type: "null",
  summary: "Gives back its input. For trying out.",
  schema,
  outputs: { output: "string" },
  read: (_run, { input }) => Promise.resolve({ output: input }),
};
