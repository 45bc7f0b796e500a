import type { PluginProcess } from "../process/plugin-process.ts";
import { serveRpc, type RpcHandler } from "../wire/rpc-server.ts";
import type { Broker } from "../wire/broker.ts";
import type { WireValue } from "../wire/wire-value.ts";

export interface LongCall {
  readonly method: string;
  /** What is sent, with the number of the stream on which the plugin reaches the services. */
  readonly argument: (id: number) => WireValue;
  /** What the plugin may call meanwhile. */
  readonly services: readonly RpcHandler[];
  /** The method that makes the plugin stop and clean up. */
  readonly cancel: string;
  /** Completes "while it …". */
  readonly doing: string;
  /** Asks the plugin to stop. The call goes on until it did: it alone can remove what it made. */
  readonly signal: AbortSignal;
}

/**
 * A call during which the plugin calls us. Settles when the plugin answers, after a cancel too: whoever cannot wait ends
 * the plugin. The services stay there afterwards, since an artifact may refer to the one it was made of.
 */
export async function callWithServices(plugin: PluginProcess, call: LongCall): Promise<WireValue> {
  call.signal.throwIfAborted();
  const over = new AbortController();
  const { id, inUse } = announce(plugin.broker, call.services, over.signal);
  const cancel = (): void => void cancelWhenSafe(plugin, { method: call.cancel, inUse, over: over.signal });
  call.signal.addEventListener("abort", cancel, { once: true });
  try {
    return await plugin.call(call.method, call.argument(id), { doing: call.doing });
  } finally {
    call.signal.removeEventListener("abort", cancel);
    over.abort();
  }
}

interface Announced {
  readonly id: number;
  /** Resolves when the plugin made its first call there. */
  readonly inUse: Promise<void>;
}

/** Serves a number that is about to be announced. Nobody is waited for any more once `signal` aborts. */
function announce(broker: Broker, services: readonly RpcHandler[], signal: AbortSignal): Announced {
  const id = broker.nextId();
  let onUse!: () => void;
  const inUse = new Promise<void>((resolve) => (onUse = resolve));
  const handler: RpcHandler = (request) => {
    onUse();
    return firstOf(services, request);
  };
  const serve = async (): Promise<void> => serveRpc(await broker.accept(id, { calls: true, signal }), handler);
  // Its failure is that of the connection, which the call meets as well.
  serve().catch(() => {});
  return { id, inUse };
}

function firstOf(services: readonly RpcHandler[], request: Parameters<RpcHandler>[0]): ReturnType<RpcHandler> {
  for (const service of services) {
    const answer = service(request);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const SETTLE_MS = 1_000;

/**
 * A plugin that is cancelled in the moment in which it begins crashes, or does not notice, as its SDK makes what cancels
 * it after it has connected to us. Its first call shows that it has; a plugin that is silent gets a second.
 */
async function cancelWhenSafe(
  plugin: PluginProcess,
  { method, inUse, over }: { readonly method: string; readonly inUse: Promise<void>; readonly over: AbortSignal },
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([inUse, new Promise<void>((resolve) => (timer = setTimeout(resolve, SETTLE_MS)))]);
  clearTimeout(timer);
  if (over.aborted) return;
  await plugin.call(method, null, { doing: "was being cancelled" }).catch(() => {});
}
