import type {
  Builder,
  Component,
  ComponentKind,
  DataSource,
  PostProcessor,
  Provisioner,
} from "../../src/sdk/component.ts";
import type { Registry } from "../../src/sdk/registry.ts";
import {
  any,
  block,
  blocks,
  choice,
  duration,
  flag,
  integer,
  late,
  list,
  map,
  sensitive,
  text,
} from "../../src/sdk/schema/field.ts";
import { atMostOne } from "../../src/sdk/schema/rules.ts";
import { defineSchema } from "../../src/sdk/schema/schema.ts";

/** Small components with every kind of argument, for tests of templates. They do nothing. */
const disk = defineSchema({ size: integer("Size."), label: text("Label.").optional() });

const machineSchema = defineSchema(
  {
    image: text("Image.").optional(),
    image_url: text("URL.").optional(),
    size: integer("Size.").default(10),
    headless: flag("Headless.").default(false),
    wait: duration("Wait.").default(1000),
    mode: choice(["slow", "fast"], "Mode.").default("slow"),
    tags: map(text("A tag."), "Tags.").optional(),
    names: list(text("A name."), "Names.").optional(),
    boot_command: list(late(["HTTPIP", "HTTPPort"], "A line."), "Lines.").optional(),
    commands: list(list(late(["HTTPIP", "Name"], "A word."), "A command."), "Commands.").optional(),
    password: sensitive(text("Password.")).optional(),
    data: any("Anything.").optional(),
    disk: blocks(disk, "Disks.").optional(),
    network: block(
      defineSchema({ name: text("Name."), disk: blocks(disk, "Disks.").optional() }),
      "Network.",
    ).optional(),
  },
  { rules: [atMostOne("image", "image_url")], renamed: { picture: "image" } },
);

const machine: Builder<unknown> = {
  kind: "builder",
  type: "machine",
  summary: "Does nothing.",
  schema: machineSchema,
  generatedData: ["MachineId"],
  build: () => Promise.resolve(undefined),
};

const runSchema = defineSchema({
  inline: list(text("A line."), "Lines."),
  environment: map(text("A value."), "Environment.").optional(),
  execute_command: late(["Path"], "How.").optional(),
});

const run: Provisioner<unknown> = {
  kind: "provisioner",
  type: "run",
  summary: "Does nothing.",
  schema: runSchema,
  provision: () => Promise.resolve(),
};

const packSchema = defineSchema({
  output: late(["BuildName"], "Where to.").optional(),
  level: integer("Level.").optional(),
});

const pack = (type: string): PostProcessor<unknown> => ({
  kind: "post-processor",
  type,
  summary: "Does nothing.",
  schema: packSchema,
  process: () => Promise.resolve({ artifact: undefined, keepInput: true }),
});

const echoSchema = defineSchema({ input: any("Anything.") });

const echo: DataSource<unknown> = {
  kind: "data-source",
  type: "echo",
  summary: "Gives back what it is given.",
  schema: echoSchema,
  outputs: { output: "any", length: "number" },
  read: (_run, config) => {
    const { input } = config as { input: unknown };
    return Promise.resolve({ output: input, length: String(input).length });
  },
};

const components: readonly Component[] = [machine, run, pack("pack"), pack("upload"), echo];

/** A registry of the components above and any others. */
export function fakeRegistry(...others: readonly Component[]): Registry {
  const all = [...components, ...others];
  return {
    plugins: [],
    types: (kind: ComponentKind) => all.filter((component) => component.kind === kind).map(({ type }) => type),
    load: (kind, type) =>
      Promise.resolve(all.find((component) => component.kind === kind && component.type === type) as never),
  };
}
