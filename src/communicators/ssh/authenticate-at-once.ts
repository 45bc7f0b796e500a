import type { Client } from "ssh2";

/**
 * ssh2 waits for the server's consent to the service `ssh-userauth` before it says who logs in. A server that has told its
 * extensions (EXT_INFO, RFC 8308) is a modern one that reads what follows in turn, so the login goes along with the request
 * for the service and spares a round trip (RFC 4253, section 10, asks for no wait). By then the signatures that the server
 * takes are known as well. To be called once the client has begun to connect.
 */
export function authenticateAtOnce(client: Client): void {
  const { _handlers: handlers } = (client as unknown as InnerClient)._protocol;
  const { EXT_INFO: learn, SERVICE_ACCEPT: begin } = handlers;
  let hasBegun = false;
  const beginOnce: MessageHandlers["SERVICE_ACCEPT"] = (protocol, service) => {
    if (hasBegun) return;
    hasBegun = true;
    begin(protocol, service);
  };
  handlers.SERVICE_ACCEPT = beginOnce;
  handlers.EXT_INFO = (protocol, extensions) => {
    learn(protocol, extensions);
    beginOnce(protocol, "ssh-userauth");
  };
}

/** The one inner part of ssh2 1.17 this needs; the version is pinned to that minor one. */
interface InnerClient {
  readonly _protocol: { readonly _handlers: MessageHandlers };
}

interface MessageHandlers {
  EXT_INFO(protocol: unknown, extensions: unknown): void;
  SERVICE_ACCEPT(protocol: unknown, service: string): void;
}
