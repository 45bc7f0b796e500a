import type { Network } from "./driver.ts";
import type { VBoxManage } from "./vboxmanage.ts";
import { forwardingRule } from "./vm-settings.ts";

export function networkVerbs(call: VBoxManage): Network {
  return {
    replaceForwarding: async ({ vm, forwarding, ...options }) => {
      await call(["controlvm", vm, "natpf1", "delete", forwarding.name], options);
      await call(["controlvm", vm, "natpf1", forwardingRule(forwarding)], options);
    },
  };
}
