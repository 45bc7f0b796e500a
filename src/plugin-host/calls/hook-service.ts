import type { Communicator } from "../../sdk/communicator.ts";
import type { Peer } from "../process/plugin-process.ts";
import { createRpcClient } from "../wire/rpc-client.ts";
import type { RpcHandler, RpcRequest } from "../wire/rpc-server.ts";
import { asCount, asMap, asText } from "../wire/wire-value.ts";
import { fromWire } from "./artifact-service.ts";
import { remoteCommunicator } from "./remote-communicator.ts";

/** What a builder of a plugin asks for in the middle of its run. */
type HookName = "packer_provision" | "packer_cleanup_provision" | (string & {});

export interface HookCall {
  readonly name: HookName;
  /** What the builder made known: `Host`, `User`, `ID`, …; JSON values. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * The builder's way into the machine. A builder that has none hands one over all the same, and crashes when it is
   * used: ask the configuration first.
   */
  readonly communicator: Communicator;
  /** Aborts when the builder wants to stop, or is gone. */
  readonly signal: AbortSignal;
}

/** Resolves when the machine is provisioned; the builder cleans up when it rejects, and says why. */
export type PluginHook = (call: HookCall) => Promise<void>;

/** Answers the calls of the service `Hook`. */
export function hookService(peer: Peer, hook: PluginHook): RpcHandler {
  const cancelled = new AbortController();
  return (request) => {
    if (request.service !== "Hook") return undefined;
    if (request.method === "Run") return run(peer, request, { hook, cancelled: cancelled.signal });
    if (request.method !== "Cancel") return undefined;
    cancelled.abort(new Error("context canceled"));
    return Promise.resolve(null);
  };
}

async function run(
  peer: Peer,
  request: RpcRequest,
  { hook, cancelled }: { readonly hook: PluginHook; readonly cancelled: AbortSignal },
): Promise<null> {
  const { Name, Data, StreamId } = asMap(request.argument, "a hook");
  const service = createRpcClient(await peer.broker.dial(asCount(StreamId, "a stream"), { calls: true }));
  const signal = AbortSignal.any([request.signal, cancelled]);
  const data = fromWire(asMap(Data, "the data of a hook")) as Record<string, unknown>;
  try {
    const address = addressOf(data);
    await hook({
      name: asText(Name, "the name of a hook"),
      data,
      communicator: remoteCommunicator(peer, service, address),
      signal,
    });
    return null;
  } finally {
    await service.close().catch(() => {});
  }
}

/** For messages: `docker 172.17.0.2`, as far as the builder says it. */
function addressOf(data: Readonly<Record<string, unknown>>): string {
  const said = (name: string): string => {
    const value = data[name];
    return (typeof value === "string" || typeof value === "number") && !isPlaceholder(value) ? String(value) : "";
  };
  return [said("ConnType") || "machine", said("Host") || said("ID")].filter((part) => part !== "").join(" ");
}

/** What a builder puts where it has no value. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === "string" && /^ERR_\w+$/.test(value);
}
