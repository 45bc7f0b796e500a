import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nameInCheckout } from "../../../src/ui/ci/name-in-checkout.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

describe("nameInCheckout", () => {
  it("names files from the root of the checkout, wherever the command runs, through links too", () => {
    const root = temporaryDirectory();
    const cwd = join(root, "images/web");
    mkdirSync(cwd, { recursive: true });
    symlinkSync(root, join(root, "link"));
    for (const env of [{ GITHUB_WORKSPACE: root }, { CI_PROJECT_DIR: join(root, "link") }]) {
      const nameOf = nameInCheckout({ env, cwd });
      expect(nameOf("web.pkr.hcl")).toBe("images/web/web.pkr.hcl");
      expect(nameOf("../..a/b.pkr.hcl")).toBe("images/..a/b.pkr.hcl");
      expect(nameOf(join(root, "vars.pkrvars.hcl"))).toBe("vars.pkrvars.hcl");
    }
  });

  it("leaves other names as they are", () => {
    const nameOf = nameInCheckout({ env: { GITHUB_WORKSPACE: "/no/such/checkout" }, cwd: "/elsewhere" });
    expect(nameOf("web.pkr.hcl")).toBe("web.pkr.hcl");
    expect(nameInCheckout({ env: {}, cwd: "/elsewhere" })("web.pkr.hcl")).toBe("web.pkr.hcl");
  });
});
