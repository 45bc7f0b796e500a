import { remoteProvisioner } from "../../../src/plugin-host/calls/provisioner.ts";
import { createPluginHost } from "../../../src/plugin-host/plugin-host.ts";
import { startThread } from "../../../src/plugin-host/thread/start-thread.ts";
import { localCommunicator } from "./local-communicator.ts";

// A host whose main thread does nothing else for 45 s, from the moment in which a plugin is about to announce streams,
// which it does not keep for longer than 5 s. Arguments: plugin, directory, directory of the guest.
const [path = "", root = "", guest = ""] = process.argv.slice(2);
const BLOCKED_MS = 45_000;
const { signal } = new AbortController();
const host = createPluginHost({ startThread });
const component = { path, plugin: "probe", kind: "provisioner", name: "guest", protobuf: true } as const;
const plugin = await host.start(component, { env: process.env, cwd: root, signal });
const provisioner = remoteProvisioner(plugin);
await provisioner.prepare([{ root, words: ["echo hello"] }], { signal });

const block = (): void => {
  const until = Date.now() + BLOCKED_MS;
  while (Date.now() < until);
};
const say = (text: string): void => {
  console.log(text);
  // The answer leaves first.
  if (text.startsWith("data:")) setTimeout(block, 20);
};
const ignore = (): void => {};
const ui = {
  say,
  error: ignore,
  machine: ignore,
  ask: async () => "",
  trackProgress: () => ({ add: ignore, close: ignore }),
};
await provisioner.provision({ ui, communicator: localCommunicator(guest), data: {}, signal });
await plugin.stop();
await host.close();
