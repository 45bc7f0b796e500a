import type { Functions, FunctionDefinition } from "../evaluate/contract.ts";
import { unknownValue } from "../value.ts";
import { catalog, type FunctionModule } from "./catalog.ts";
import { bindFunction, type FunctionContext } from "./definition.ts";
import { createRemoteAnswers, type FetchRemote } from "./remote-answers.ts";

/** The environment of the functions; see {@link FunctionContext}. */
export interface LibraryOptions extends Omit<FunctionContext, "functions" | "remote"> {
  /** Without it, remote calls stay unknown. */
  readonly fetchRemote?: FetchRemote | undefined;
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
  /** Loads functions that are going to be called, so that `settle` does not have to discover them by running twice. */
  preload(names: Iterable<string>): Promise<void>;
}

export function createFunctionLibrary(options: LibraryOptions): FunctionLibrary {
  const modules = new Map(catalog.flatMap((module) => module.names.map((name) => [name, module] as const)));
  const loaded = new Map<string, FunctionDefinition>();
  const wanted = new Set<FunctionModule>();
  const remote = createRemoteAnswers(options.fetchRemote);

  const library: FunctionLibrary = {
    keys: () => modules.keys(),
    onSensitive: options.onSensitive,
    get(name) {
      const definition = loaded.get(name);
      const module = modules.get(name);
      if (definition || !module) return definition;
      return awaited(name, () => wanted.add(module));
    },
    async preload(names) {
      const missing = [...names].filter((name) => !loaded.has(name)).flatMap((name) => modules.get(name) ?? []);
      await Promise.all([...new Set(missing)].map(load));
    },
    async settle(compute, signal) {
      for (;;) {
        const result = compute();
        if (wanted.size === 0 && !remote.areWanted()) return result;
        signal?.throwIfAborted();
        await Promise.all([...wanted].map(load));
        wanted.clear();
        await remote.fetchWanted(signal);
      }
    },
  };
  const context: FunctionContext = { ...options, functions: library, remote };

  async function load(module: FunctionModule): Promise<void> {
    for (const declaration of await module.load()) loaded.set(declaration.name, bindFunction(declaration, context));
  }

  return library;
}

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
