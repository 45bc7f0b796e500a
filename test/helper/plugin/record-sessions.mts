import { mkdirSync, writeFileSync } from "node:fs";
import { connectService } from "../../../src/plugin-host/process/plugin-process.ts";
import { launchPlugin } from "../../../src/plugin-host/process/start-plugin.ts";
import { connectSocket } from "../../../src/plugin-host/thread/socket-stream.ts";
import { createBroker } from "../../../src/plugin-host/wire/yamux-broker.ts";
import { recordGuest } from "./guest-script.ts";
import { localCommunicator } from "./local-communicator.ts";
import { MACHINE, scenarios } from "./scenarios.ts";
import { recordFrames, type GuestCommand, type WireFrame } from "./wire-session.ts";

// Records what real plugins say, once, by hand: `npx tsx test/helper/plugin/record-sessions.mts SCENARIO BINARY KIND NAME`.
// Docker needs a daemon with an image "base", Ansible its programs; both find what they need in the directory of MACHINE.
const [scenario = "", path = "", kind = "", name = ""] = process.argv.slice(2);
const frames: WireFrame[] = [];
const commands: GuestCommand[] = [];
const launched = await launchPlugin({
  path,
  args: ["start", kind, "--protobuf", name],
  what: "it",
  env: { ...process.env, PACKER_RUN_UUID: "11111111-2222-4333-8444-555555555555" },
  cwd: MACHINE,
  connections: {
    connect: async (address) => createBroker(recordFrames(await connectSocket(address), frames)),
    close: () => Promise.resolve(),
  },
  signal: new AbortController().signal,
});
const plugin = await connectService(launched, { what: `${scenario}, recorded` });
try {
  const guest = recordGuest(localCommunicator(MACHINE), commands);
  const result = await scenarios[scenario]!(plugin, guest);
  const lines = frames.map((frame) => `    ${JSON.stringify(frame)}`).join(",\n");
  const rest = JSON.stringify({ plugin: `${path.split("/").at(-1)} ${name}`, commands, result }, undefined, 2);
  mkdirSync("test/fixture/plugin-host", { recursive: true });
  writeFileSync(
    `test/fixture/plugin-host/${scenario}.json`,
    `${rest.slice(0, -2)},\n  "frames": [\n${lines}\n  ]\n}\n`,
  );
  console.log(result);
} finally {
  console.log(plugin.log().slice(-5));
  await plugin.stop();
}
