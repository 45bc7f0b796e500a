import type { AnyAuthMethod, AuthHandlerMiddleware, KeyboardInteractiveAuthMethod } from "ssh2";
import { KeyAgent } from "./agent.ts";
import { fingerprint } from "./host-keys.ts";
import { certifiedKey } from "./certificate.ts";
import type { PromptAnswer, Credentials } from "./settings.ts";

/** Tries the configured authentication methods, each once and no others, and remembers what became of them. */
export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** For a refusal: what was tried, and what the server offers. */
  describe(): string;
}

interface Method {
  /** The protocol's name of the method. */
  readonly name: string;
  /** For people. */
  readonly what: string;
  readonly attempt: AnyAuthMethod;
}

/** `cannotAnswer` is called with the reason why a question of the server gets no answer. */
export function createAuthentication(credentials: Credentials, cannotAnswer: (error: Error) => void): Authentication {
  const methods = methodsOf(credentials, cannotAnswer);
  const tried: string[] = [];
  let offered: readonly string[] | undefined;
  const untried = methods.values();
  const handler: AuthHandlerMiddleware = (methodsLeft, _partial, proceed) => {
    // Null on the first call: the server has not been asked yet.
    offered = methodsLeft ?? offered;
    for (let next = untried.next(); !next.done; next = untried.next()) {
      const { name, what, attempt } = next.value;
      if (offered && !offered.includes(name)) continue;
      tried.push(what);
      proceed(attempt);
      return;
    }
    proceed(false as unknown as AnyAuthMethod);
  };
  return { handler, describe: () => describe(credentials.username, { methods, tried, offered }) };
}

function methodsOf(credentials: Credentials, cannotAnswer: (error: Error) => void): readonly Method[] {
  const { username, privateKey, certificate, password, agent, answer } = credentials;
  const methods: Method[] = [];
  const add = (what: string, attempt: AnyAuthMethod) => methods.push({ name: protocolName(attempt), what, attempt });
  if (agent !== undefined) add("the keys of the SSH agent", { type: "agent", username, agent: new KeyAgent(agent) });
  // ssh2 takes a parsed key as well; its types only know text.
  if (privateKey !== undefined && certificate !== undefined) {
    const key = certifiedKey(privateKey, certificate) as never;
    add("the certificate", { type: "publickey", username, key });
  }
  if (privateKey !== undefined) {
    const shown = fingerprint(privateKey.getPublicSSH());
    add(`the key ${shown}`, { type: "publickey", username, key: privateKey as never });
  }
  if (password !== undefined) add("the password", { type: "password", username, password });
  if (answer !== undefined) {
    const what = password === undefined ? "the answers" : "the password";
    const prompt = promptWith(answer, cannotAnswer);
    add(`${what} (keyboard-interactive)`, { type: "keyboard-interactive", username, prompt });
  }
  // Learns what the server offers, and enters machines that ask for nothing.
  if (methods.length === 0) add("no credentials", { type: "none", username });
  return methods;
}

/** An agent signs for the method `publickey`. */
function protocolName({ type }: AnyAuthMethod): string {
  return type === "agent" ? "publickey" : type;
}

function promptWith(
  answer: PromptAnswer,
  cannotAnswer: (error: Error) => void,
): KeyboardInteractiveAuthMethod["prompt"] {
  return (...[name, text, , prompts, finish]) => {
    const title = [name, text].filter((part) => part !== "").join("\n");
    const questions = prompts.map(({ prompt, echo = false }) => ({ prompt, echo }));
    answer(title, questions).then((answers) => finish([...answers]), cannotAnswer);
  };
}

interface Attempts {
  readonly methods: readonly Method[];
  readonly tried: readonly string[];
  readonly offered: readonly string[] | undefined;
}

function describe(username: string, { methods, tried, offered = [] }: Attempts): string {
  const known = methods.map(({ what }) => what);
  const refusal = tried.length === 0 ? `accepts none of ${enumerate(known)}` : `refused ${enumerate(tried)}`;
  const offers = offered.length === 0 ? "" : ` (it offers ${enumerate(offered)})`;
  return `the server ${refusal} for user "${username}"${offers}`;
}

function enumerate(words: readonly string[]): string {
  const last = words.at(-1) ?? "nothing";
  if (words.length < 2) return last;
  return `${words.slice(0, -1).join(", ")} and ${last}`;
}
