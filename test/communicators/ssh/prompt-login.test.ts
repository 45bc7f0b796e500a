import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { askGuest } from "../../../src/sdk/guest-command.ts";
import { createDropbear } from "../../helper/dropbear.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd, keygen } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";

const signal = new AbortController().signal;

/** Far enough that what a server says in one go arrives in one go. */
const roundTripMs = 200;

/** Greeting, key exchange (whose first messages may cross), login, a channel, the first command. */
const ROUND_TRIPS = 6;

async function roundTripsTo(server: Parameters<typeof connectTo>[1]): Promise<number> {
  const far = await createTcpProxy({ target: server.port, roundTripMs });
  await connectTo(await createRecordingRun(), { ...server, port: far.port });
  return far.turns;
}

describe("a login takes no more round trips than it has to", () => {
  needs("sshd", "openssh-server")("on OpenSSH", async () => {
    const server = await createSshd();
    expect(await roundTripsTo(server)).toBeLessThanOrEqual(ROUND_TRIPS);
    // What sshd says about a key that is only asked about.
    expect(server.log()).not.toContain("Postponed publickey");
    expect(server.log()).toContain("Accepted publickey");
  });

  needs("dropbear", "dropbear-bin")("on dropbear", async () => {
    expect(await roundTripsTo(await createDropbear({ tools: [] }))).toBeLessThanOrEqual(ROUND_TRIPS);
  });

  needs("sshd", "openssh-server")("with an RSA key", async () => {
    const server = await createSshd();
    const keyFile = join(server.directory, "rsa_key");
    keygen(keyFile, "-t", "rsa", "-b", "2048");
    await writeFile(join(server.directory, "authorized_keys"), await readFile(`${keyFile}.pub`));
    const communicator = await connectTo(await createRecordingRun(), { ...server, keyFile });
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    expect(server.log()).not.toContain("Postponed publickey");
  });
});
