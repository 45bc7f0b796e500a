import type { Value } from "../value.ts";
import { FunctionError, type RemoteRequest } from "./definition.ts";

/** Asks a remote service. @throws FunctionError */
export type FetchRemote = (request: RemoteRequest, signal: AbortSignal | undefined) => Promise<Value>;

const REQUESTS_AT_ONCE = 8;

/** Answers of remote services, each fetched once: those that were asked for and are not in are fetched by `fetchWanted`. */
export function createRemoteAnswers(fetchRemote: FetchRemote | undefined) {
  const answers = new Map<string, Value | FunctionError>();
  const wanted = new Map<string, RemoteRequest>();

  async function fetch(key: string, request: RemoteRequest, signal: AbortSignal | undefined): Promise<void> {
    try {
      answers.set(key, await fetchRemote!(request, signal));
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      answers.set(key, error);
    }
  }

  return {
    /** As in `FunctionContext`. Without a way to fetch it, an answer stays unknown. */
    answer(request: RemoteRequest): Value | undefined {
      const key = JSON.stringify(request);
      const answer = answers.get(key);
      if (answer instanceof FunctionError) throw answer;
      if (!answer && fetchRemote) wanted.set(key, request);
      return answer;
    },
    areWanted: () => wanted.size > 0,
    async fetchWanted(signal: AbortSignal | undefined): Promise<void> {
      const requests = [...wanted];
      wanted.clear();
      for (let start = 0; start < requests.length; start += REQUESTS_AT_ONCE) {
        const some = requests.slice(start, start + REQUESTS_AT_ONCE);
        await Promise.all(some.map(([key, request]) => fetch(key, request, signal)));
      }
    },
  };
}
