import type { Client, ClientChannel } from "ssh2";
import type { Address } from "./settings.ts";

/** A connection from the server to `target`. Rejects with the server's reason, and where the client is closed already. */
export function forwardOut(client: Client, target: Address, fromPort = 0): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    // What ssh2 throws when its socket is closing rejects as well.
    client.forwardOut("127.0.0.1", fromPort, target.host, target.port, (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
  });
}
