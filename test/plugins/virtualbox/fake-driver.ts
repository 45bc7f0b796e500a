import type { Driver } from "../../../src/plugins/virtualbox/driver/driver.ts";
import { callFailure } from "../../../src/plugins/virtualbox/driver/failure.ts";
import { createDriver } from "../../../src/plugins/virtualbox/driver/open-driver.ts";
import type { VBoxManage } from "../../../src/plugins/virtualbox/driver/vboxmanage.ts";
import { parseVersion } from "../../../src/plugins/virtualbox/driver/version.ts";
import type { FakeVirtualBox } from "../../helper/fake-virtualbox/fake-virtualbox.ts";

/** The driver without a process in between, for tests of many small things. It does not wait for locks. */
export function fakeDriver(box: FakeVirtualBox): Driver {
  const call: VBoxManage = async (args, { signal }) => {
    signal.throwIfAborted();
    const answer = await box.call(args);
    const failure = callFailure(args, answer);
    if (failure !== undefined) throw failure;
    return answer.stdout;
  };
  return createDriver(call, parseVersion(box.version));
}
