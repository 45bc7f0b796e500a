import type { Functions, FunctionDefinition } from "../evaluate/contract.ts";
import { unknownValue, type Value } from "../value.ts";
import { catalog, type FunctionModule } from "./catalog.ts";
import { bindFunction, FunctionError, type FunctionContext, type RemoteRequest } from "./definition.ts";

/** What the library is told about the world; see {@link FunctionContext}. */
export interface LibraryOptions extends Omit<FunctionContext, "functions" | "remote"> {
  /** Asks a remote service. Without it, remote calls stay unknown. @throws FunctionError */
  readonly fetchRemote?: ((request: RemoteRequest, signal: AbortSignal | undefined) => Promise<Value>) | undefined;
  readonly onSensitive?: Functions["onSensitive"];
}

/** The functions of the language, for `Scope.functions`. */
export interface FunctionLibrary extends Functions {
  /**
   * The result of a synchronous computation, with all it needs in place: while it calls functions that are not loaded,
   * or remote services whose answer is not in, these are fetched (each once) and it is run again. So it must be free of
   * side effects; only its last result counts.
   */
  settle<Result>(compute: () => Result, signal?: AbortSignal): Promise<Result>;
  /** Loads functions that are going to be called, so that `settle` need not find that out by running twice. */
  preload(names: Iterable<string>): Promise<void>;
}

export function createFunctionLibrary(options: LibraryOptions): FunctionLibrary {
  const modules = new Map(catalog.flatMap((module) => module.names.map((name) => [name, module] as const)));
  const loaded = new Map<string, FunctionDefinition>();
  const answers = new Map<string, Value | FunctionError>();
  const wantedModules = new Set<FunctionModule>();
  const wantedAnswers = new Map<string, RemoteRequest>();

  const library: FunctionLibrary = {
    keys: () => modules.keys(),
    onSensitive: options.onSensitive,
    get(name) {
      const definition = loaded.get(name);
      const module = modules.get(name);
      if (definition || !module) return definition;
      return awaited(name, () => wantedModules.add(module));
    },
    async preload(names) {
      const missing = [...names].flatMap((name) => (loaded.has(name) ? [] : (modules.get(name) ?? [])));
      await Promise.all([...new Set(missing)].map(load));
    },
    async settle(compute, signal) {
      for (;;) {
        const result = compute();
        if (wantedModules.size === 0 && wantedAnswers.size === 0) return result;
        signal?.throwIfAborted();
        await Promise.all([...wantedModules].map(load));
        wantedModules.clear();
        await fetchAll(signal);
      }
    },
  };

  const context: FunctionContext = {
    ...options,
    functions: library,
    remote: {
      answer(request) {
        const key = JSON.stringify(request);
        const answer = answers.get(key);
        if (answer instanceof FunctionError) throw answer;
        if (!answer && options.fetchRemote) wantedAnswers.set(key, request);
        return answer;
      },
    },
  };

  async function load(module: FunctionModule): Promise<void> {
    for (const declaration of await module.load()) loaded.set(declaration.name, bindFunction(declaration, context));
  }

  async function fetchAll(signal: AbortSignal | undefined): Promise<void> {
    const requests = [...wantedAnswers];
    wantedAnswers.clear();
    for (let start = 0; start < requests.length; start += REQUESTS_AT_ONCE) {
      await Promise.all(
        requests.slice(start, start + REQUESTS_AT_ONCE).map(([key, request]) => fetch(key, request, signal)),
      );
    }
  }

  async function fetch(key: string, request: RemoteRequest, signal: AbortSignal | undefined): Promise<void> {
    try {
      answers.set(key, await options.fetchRemote!(request, signal));
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      answers.set(key, error);
    }
  }

  return library;
}

const REQUESTS_AT_ONCE = 8;

/** Stands for a function until its module is loaded. */
function awaited(name: string, want: () => void): FunctionDefinition {
  return {
    name,
    group: "control",
    parameters: [],
    description: "",
    example: ["", ""],
    special(node, scope, evaluation) {
      want();
      // So that what the arguments need is fetched in the same round.
      for (const argument of node.args) evaluation.attempt(argument, scope);
      return unknownValue();
    },
  };
}
