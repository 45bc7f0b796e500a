import { generateKeyPairSync } from "node:crypto";
import { connect, type AddressInfo } from "node:net";
import ssh2 from "ssh2";
import { expect, it, onTestFinished } from "vitest";
import { HostKeys } from "../../../src/communicators/ssh/host-keys.ts";
import { logIn } from "../../../src/communicators/ssh/log-in.ts";

/** The server's half of ssh2: what it sends, and when. */
interface InnerServer {
  readonly _protocol: { serviceAccept(service: string): void };
}

/** Consents to the request for the service only once somebody logs in; a client that waits for the consent waits for ever. */
async function lateServer() {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const order: string[] = [];
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    const { _protocol: protocol } = client as unknown as InnerServer;
    const accept = protocol.serviceAccept.bind(protocol);
    let consent = () => {};
    protocol.serviceAccept = (service) => {
      order.push("service");
      consent = () => accept(service);
    };
    client.on("error", () => {});
    client.on("authentication", (context) => {
      order.push(context.method);
      consent();
      context.accept();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port }, order };
}

it("sends the login along with the request for the service where the server tells its extensions", async () => {
  const { address, order } = await lateServer();
  const settings = {
    credentials: { username: "admin", password: "secret" },
    hostKeys: new HostKeys(),
    route: { kind: "direct" as const },
    silenceLimitMs: 10_000,
  };
  const socket = connect(address);
  const { client } = await logIn(socket, settings as never, { address, signal: AbortSignal.timeout(10_000) });
  client.end();
  expect(order).toEqual(["service", "password"]);
});
