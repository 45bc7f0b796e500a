import type { Artifact } from "../../sdk/artifact.ts";
import type { Peer } from "../process/plugin-process.ts";
import { createRpcClient } from "../wire/rpc-client.ts";
import { asErrorText, asText, asTexts, type WireValue } from "../wire/wire-value.ts";
import { fromWire } from "./artifact-service.ts";
import { BuildError } from "../../sdk/error.ts";

/**
 * An artifact that lives in a plugin, as long as its process does. It can say nothing of its state but by name, so that
 * whoever wants some says which.
 */
export interface RemoteArtifact {
  /** A JSON value; `undefined` where the plugin knows no state of that name. */
  state(name: string): Promise<unknown>;
  /** Everything that can be read of it, with these states, as an artifact of ours. `destroy` still needs the plugin. */
  read(stateNames: readonly string[]): Promise<Artifact>;
}

export async function dialArtifact(peer: Peer, id: number): Promise<RemoteArtifact> {
  const service = createRpcClient(await peer.broker.dial(id));
  const call = (method: string, argument: WireValue = null): Promise<WireValue> =>
    service.call(`Artifact.${method}`, argument).catch(async (error: unknown) => {
      throw await peer.explain(error, "was asked about its artifact");
    });
  const text = async (method: string): Promise<string> => asText(await call(method), `Artifact.${method}`);
  const state = async (name: string): Promise<unknown> => {
    const value = await call("State", name);
    return value === null ? undefined : fromWire(value);
  };
  const destroy = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const problem = asErrorText(await call("Destroy"), "Artifact.Destroy");
    if (problem !== undefined && problem !== "") throw new BuildError(problem);
  };
  return {
    state,
    read: async (stateNames) => {
      const states = stateNames.map(async (name) => [name, await state(name)] as const);
      const [builderId, artifactId, files, description, entries] = await Promise.all([
        text("BuilderId"),
        text("Id"),
        call("Files"),
        text("String"),
        Promise.all(states),
      ]);
      return {
        builderId,
        id: artifactId,
        files: asTexts(files, "Artifact.Files"),
        description,
        state: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
        destroy,
      };
    },
  };
}
