import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../../helper/temporary-directory.ts";

const COMMITTED = "src/plugins/amazon/aws/known-names.ts";
const words = (file: string) => readFileSync(file, "utf8").match(/[\w.-]+/g);

it("the names of regions and instance types are those of the SDK (npx tsx tools/gen-aws-names.ts)", () => {
  const file = join(temporaryDirectory(), "names.ts");
  execFileSync(process.execPath, ["--import", "tsx", "tools/gen-aws-names.ts", file]);
  expect(words(file)).toEqual(words(COMMITTED));
}, 120_000);
