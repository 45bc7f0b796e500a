import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

export interface HttpsImpostor {
  readonly env: Readonly<Record<string, string>>;
  /** The hosts of connections that have ended, whoever ended them. */
  readonly ended: readonly string[];
}

/**
 * A web proxy that stands in for hosts of the Internet: what goes to `https://HOST` ends at a plain server on loopback. A
 * template can so be built as it stands, with the addresses it has. `env` makes a program use and trust it.
 */
export async function impersonate(hosts: Readonly<Record<string, string>>): Promise<HttpsImpostor> {
  const { certificate, context } = await certificateFor(Object.keys(hosts));
  const sockets = new Set<Socket>();
  const ended: string[] = [];
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on("connect", (request: IncomingMessage, client: Socket) => {
    const host = request.url!.replace(/:443$/, "");
    const upstream = hosts[host];
    if (upstream === undefined) return void client.end("HTTP/1.1 502 Not a host of this test\r\n\r\n");
    client.write("HTTP/1.1 200 Connected\r\n\r\n");
    const { hostname, port } = new URL(upstream);
    const server = connect(Number(port), hostname);
    const secure = new TLSSocket(client, { isServer: true, secureContext: context });
    for (const socket of [client, server, secure]) {
      sockets.add(socket);
      socket.on("error", () => [client, server].forEach((end) => end.destroy()));
    }
    secure.pipe(server).pipe(secure);
    server.on("close", () => ended.push(host));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy());
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return { env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: certificate }, ended };
}

async function certificateFor(hosts: readonly string[]): Promise<{ certificate: string; context: SecureContext }> {
  const directory = await mkdtemp(join(tmpdir(), "imgbuild-certificate-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}`;
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await promisify(execFile)("openssl", [
    ...["req", ...kind, "-subj", "/CN=imgbuild test", "-addext", names],
    ...["-keyout", key, "-out", certificate],
  ]);
  const context = createSecureContext({ key: await readFile(key), cert: await readFile(certificate) });
  return { certificate, context };
}
