import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { connectService, type PluginProcess } from "../../src/plugin-host/process/plugin-process.ts";
import { LogRing } from "../../src/plugin-host/process/plugin-log.ts";
import { createBroker } from "../../src/plugin-host/wire/yamux-broker.ts";
import { replayGuest } from "../helper/plugin/guest-script.ts";
import { scenarios } from "../helper/plugin/scenarios.ts";
import { replaySession, type Replay, type WireSession } from "../helper/plugin/wire-session.ts";

const FIXTURES = "test/fixture/plugin-host";
const names = readdirSync(FIXTURES).map((file) => file.replace(".json", ""));

const read = (name: string): WireSession => JSON.parse(readFileSync(`${FIXTURES}/${name}.json`, "utf8")) as WireSession;

/** A process whose connection is played from a recording; there is nothing behind it. */
async function recordedPlugin({ connection }: Replay): Promise<PluginProcess> {
  const never = new Promise<never>(() => {});
  const child = { pid: 0, ended: never, drained: never, kill: () => {} };
  return connectService(
    { child, broker: createBroker(connection), log: new LogRing() },
    { what: "the recorded plugin" },
  );
}

describe("what real plugins said once", () => {
  it("is there for each scenario", () => {
    expect(names.sort()).toEqual(Object.keys(scenarios).sort());
  });

  it.each(names)("is understood, and answered byte by byte as it was: %s", async (name) => {
    const session = read(name);
    const replay = replaySession(session);
    const scenario = recordedPlugin(replay).then((plugin) => scenarios[name]!(plugin, replayGuest(session.commands)));
    // Whichever fails first says why.
    const played = replay.played.then(() => scenario);
    const result = await Promise.race([played, scenario.then(() => played)]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(session.result);
  });
});
