import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Connections } from "../../../src/communicators/winrm/wire/connections.ts";
import { answerChallenge } from "../../../src/communicators/winrm/ntlm/authenticate.ts";
import { flags, negotiateMessage, parsePairs, payload, av } from "../../../src/communicators/winrm/ntlm/messages.ts";
import { createSealer } from "../../../src/communicators/winrm/ntlm/seal.ts";
import { createAcceptor } from "../../helper/winrm-server/ntlm-acceptor.ts";

const settings = {
  username: "vagrant",
  password: "secret",
  useTls: false,
  insecure: false,
  authentication: "automatic",
  proxyEnvironment: {},
} as const;

/** A server that lets nobody in, and remembers what it was sent. */
async function refusing(offers: readonly string[]) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? "");
    request.resume();
    response.writeHead(401, { "www-authenticate": [...offers] }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { seen, port: (server.address() as AddressInfo).port };
}

const options = { signal: new AbortController().signal, silenceMs: 5000, repeatable: true };

describe("logging in over plain HTTP", () => {
  it("sends no password in the clear where that was not asked for", async () => {
    const { seen, port } = await refusing(["Negotiate"]);
    const connections = new Connections(settings, { host: "127.0.0.1", port });
    await expect(connections.post("<x/>", options)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(seen.filter((header) => header.startsWith("Basic"))).toEqual([]);
    expect(seen.length).toBe(1);
  });

  it("tries Basic authentication where that is all there is", async () => {
    const { seen, port } = await refusing(['Basic realm="WSMAN"']);
    const connections = new Connections(settings, { host: "127.0.0.1", port });
    await expect(connections.post("<x/>", options)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(seen.at(-1)).toBe(`Basic ${Buffer.from("vagrant:secret").toString("base64")}`);
  });
});

describe("answerChallenge", () => {
  const challengeFor = (change: (message: Buffer) => void = () => {}) => {
    const acceptor = createAcceptor(() => "secret", true);
    const next = acceptor.take(negotiateMessage());
    if (next === "refused" || !("challenge" in next)) throw new Error("no challenge");
    change(next.challenge);
    return { acceptor, challenge: next.challenge };
  };

  it("proves that no message was changed where the server tells its time", () => {
    const { acceptor, challenge } = challengeFor();
    const answer = answerChallenge(challenge, settings, { host: "h" })!;
    const accepted = acceptor.take(answer.message);
    if (accepted === "refused" || !("sealer" in accepted)) throw new Error("refused");
    const client = createSealer(answer.sessionKey, "client");
    const { sealed, signature } = client.seal(Buffer.from("one"));
    expect(accepted.sealer.unseal(sealed, signature)?.toString()).toBe("one");
    const back = accepted.sealer.seal(Buffer.from("two"));
    expect(client.unseal(back.sealed, back.signature)?.toString()).toBe("two");
  });

  it("does not talk to a server that would leave messages unprotected", () => {
    const { challenge } = challengeFor((message) =>
      message.writeUInt32LE((message.readUInt32LE(20) & ~flags.seal) >>> 0, 20),
    );
    expect(answerChallenge(challenge, settings, { host: "h" })).toBeUndefined();
    expect(answerChallenge(Buffer.from("no challenge"), settings, { host: "h" })).toBeUndefined();
  });

  it("names its target, and binds itself to the certificate", () => {
    const { challenge } = challengeFor();
    const { message } = answerChallenge(challenge, settings, { host: "h", certificateHash: Buffer.alloc(32, 1) })!;
    const pairs = parsePairs(payload(message, 20).subarray(16 + 28));
    expect(pairs.find(({ id }) => id === av.targetName)?.value.toString("utf16le")).toBe("HTTP/h");
    expect(pairs.find(({ id }) => id === av.channelBindings)?.value.equals(Buffer.alloc(16))).toBe(false);
  });
});

describe("a sealed message", () => {
  it("is refused when it was changed on the way", () => {
    const [client, server] = [createSealer(Buffer.alloc(16, 7), "client"), createSealer(Buffer.alloc(16, 7), "server")];
    const { sealed, signature } = client.seal(Buffer.from("message"));
    sealed[0]! ^= 1;
    expect(server.unseal(sealed, signature)).toBeUndefined();
  });
});
