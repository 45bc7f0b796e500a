import { expect, it } from "vitest";
import { callFailure } from "../../../src/plugins/virtualbox/driver/failure.ts";

it.each([
  ["Cannot import until the license agreement listed above is accepted.", '["--eula", "accept"]'],
  ["the licence agreement was not accepted", '["--eula", "accept"]'],
])("M-17: an appliance with a licence names the flag that accepts it: %s", (text, flag) => {
  const failure = callFailure(["import", "/a.ova"], {
    code: 1,
    stdout: "",
    stderr: `VBoxManage: error: ${text}\n`,
  });
  expect(failure?.hint).toContain(flag);
});
