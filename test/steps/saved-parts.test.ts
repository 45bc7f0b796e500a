import { describe, expect, it } from "vitest";
import { requireImages } from "../../src/steps/saved-parts.ts";

describe("the images of a saved machine", () => {
  const files = { disk: "/w/disk", "disk.1": "/w/disk.1", memory: "/w/memory" };

  it("are files of its checkpoint", () => {
    expect(() => requireImages({ files, facts: {} }, [["disk", "disk.1"]])).not.toThrow();
  });

  it.each(["../../home/user/.ssh/id_rsa", "disk.2", "constructor"])("are not %s", (name) => {
    expect(() => requireImages({ files, facts: {} }, [["disk", name]])).toThrow("none of its files");
  });
});
