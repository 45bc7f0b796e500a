import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { componentSchema } from "../../../src/plugin-host/installed/component-schema.ts";
import { createFactsCache } from "../../../src/plugin-host/installed/facts-cache.ts";
import type { ConfigSpec } from "../../../src/plugin-host/wire/config-spec.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const spec = (name: string): ConfigSpec => ({
  attributes: { [name]: { type: "string", required: false } },
  blocks: {},
});

describe("componentSchema", () => {
  it("asks once for each component and side, and again when the binary is another", async () => {
    const root = temporaryDirectory();
    const path = join(root, "packer-plugin-x");
    writeFileSync(path, "one", { mode: 0o755 });
    let asked = 0;
    const schema = (name: string, side: "takes" | "gives", sha256 = "a".repeat(64)) => {
      const component = { path, plugin: "x", kind: "datasource", name, protobuf: true } as const;
      // A cache of its own each time, as another process has.
      return componentSchema(createFactsCache(root), { component, sha256, side }, () => {
        asked++;
        return Promise.resolve(spec(`${name} ${side} ${asked}`));
      });
    };
    expect(await schema("a", "takes")).toEqual(spec("a takes 1"));
    expect(await schema("a", "gives")).toEqual(spec("a gives 2"));
    expect(await schema("b", "takes")).toEqual(spec("b takes 3"));
    expect(await schema("a", "takes")).toEqual(spec("a takes 1"));
    expect(asked).toBe(3);
    writeFileSync(path, "two!", { mode: 0o755 });
    expect(await schema("a", "takes", "b".repeat(64))).toEqual(spec("a takes 4"));
  });
});
