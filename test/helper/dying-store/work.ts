import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointStore } from "../../../src/core/checkpoints/store.ts";

/** What one build and its user do to a store: two checkpoints, one brought back, one removed. */
const [directory = ""] = process.argv.slice(2);
const store = await CheckpointStore.open(directory);
const place = store.workplace("run");
mkdirSync(place);
const file = (name: string, text: string) => {
  writeFileSync(join(place, name), text);
  return { path: join(place, name) };
};
const record = (key: string, step: number) => ({
  version: 1 as const,
  key,
  template: "/t",
  build: "b",
  step,
  name: "a step",
  createdAt: step,
  inputs: {},
  outputs: {},
  facts: {},
});
const disk = file("disk", "disk");
await store.write(
  record("one", 0),
  new Map([
    ["disk", disk],
    ["memory", file("memory-1", "one")],
  ]),
);
const top = file("disk.1", "disk of two");
await store.write(
  record("two", 1),
  new Map([
    ["disk", disk],
    ["disk.1", top],
    ["memory", file("memory-2", "two")],
  ]),
);
const two = (await store.read("two"))!;
await store.verify(two, await store.link(two, join(place, "..")), new AbortController().signal);
await store.touch("two");
await store.remove(["one"]);
