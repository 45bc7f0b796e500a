import { remoteBuilder } from "../../../src/plugin-host/calls/builder.ts";
import { createPluginHost, DEFAULT_COMPONENT } from "../../../src/plugin-host/plugin-host.ts";
import { startThread } from "../../../src/plugin-host/thread/start-thread.ts";

// A host whose builder has begun: prints the pid of the plugin, and waits to be killed. Arguments: plugin, directory.
const [path = "", root = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const component = { path, plugin: "probe", kind: "builder", name: DEFAULT_COMPONENT, protobuf: true } as const;
const plugin = await createPluginHost({ startThread }).start(component, { env: process.env, cwd: root, signal });
const builder = remoteBuilder(plugin);
await builder.prepare([{ root }], { signal });
const ignore = (): void => {};
await builder.run({
  signal,
  ui: {
    say: ignore,
    error: ignore,
    machine: ignore,
    ask: async () => "",
    trackProgress: () => ({ add: ignore, close: ignore }),
  },
  hook: async ({ communicator }) => {
    const command = communicator.exec("sleep 1000", { signal });
    console.log(plugin.pid);
    await command;
  },
});
