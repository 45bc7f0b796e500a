import type { AnyAuthMethod, AuthHandlerMiddleware, KeyboardInteractiveCallback, Prompt } from "ssh2";
import { fingerprint } from "./host-keys.ts";
import { certifiedKey } from "./certificate.ts";
import type { Answer, Credentials } from "./settings.ts";

/** Tries the configured ways to log in, each once and no others, and remembers what became of them. */
export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** For a refusal: what was tried, and what the server offers. */
  describe(): string;
}

interface Way {
  /** The protocol's name of the method. */
  readonly method: string;
  readonly what: string;
  readonly attempt: AnyAuthMethod;
}

/** `cannotAnswer` is told why a question of the server gets no answer. */
export function createAuthentication(credentials: Credentials, cannotAnswer: (error: Error) => void): Authentication {
  const ways = waysIn(credentials, cannotAnswer);
  const tried: string[] = [];
  let offered: readonly string[] | undefined;
  let next = 0;
  const handler: AuthHandlerMiddleware = (methodsLeft, _partial, proceed) => {
    // Null on the first call: the server has not been asked yet.
    offered = methodsLeft ?? offered;
    for (let way = ways[next++]; way !== undefined; way = ways[next++]) {
      if (offered !== undefined && !offered.includes(way.method)) continue;
      tried.push(way.what);
      proceed(way.attempt);
      return;
    }
    proceed(false as unknown as AnyAuthMethod);
  };
  return { handler, describe: () => describe(credentials.username, ways, tried, offered) };
}

function waysIn(credentials: Credentials, cannotAnswer: (error: Error) => void): readonly Way[] {
  const { username, privateKey, certificate, password, agent } = credentials;
  const ways: Way[] = [];
  if (agent !== undefined) {
    ways.push({ method: "publickey", what: "the keys of the SSH agent", attempt: { type: "agent", username, agent } });
  }
  if (privateKey !== undefined && certificate !== undefined) {
    const key = certifiedKey(privateKey, certificate);
    ways.push({
      method: "publickey",
      what: "the certificate",
      attempt: { type: "publickey", username, key: key as never },
    });
  }
  if (privateKey !== undefined) {
    const what = `the key ${fingerprint(privateKey.getPublicSSH())}`;
    // ssh2 takes a parsed key as well; its types only know text.
    ways.push({ method: "publickey", what, attempt: { type: "publickey", username, key: privateKey as never } });
  }
  if (password !== undefined) {
    ways.push({ method: "password", what: "the password", attempt: { type: "password", username, password } });
  }
  if (credentials.answer !== undefined) {
    const prompt = promptWith(credentials.answer, cannotAnswer);
    const attempt: AnyAuthMethod = { type: "keyboard-interactive", username, prompt };
    const what = password === undefined ? "the answers" : "the password";
    ways.push({ method: "keyboard-interactive", what: `${what} (keyboard-interactive)`, attempt });
  }
  // Learns what the server offers, and enters machines that ask for nothing.
  if (ways.length === 0) ways.push({ method: "none", what: "no credentials", attempt: { type: "none", username } });
  return ways;
}

function promptWith(answer: Answer, cannotAnswer: (error: Error) => void) {
  return (name: string, text: string, _language: string, prompts: Prompt[], finish: KeyboardInteractiveCallback) => {
    const title = [name, text].filter((part) => part !== "").join("\n");
    const questions = prompts.map(({ prompt, echo }) => ({ prompt, echo: echo === true }));
    answer(title, questions).then((answers) => finish([...answers]), cannotAnswer);
  };
}

function describe(
  username: string,
  ways: readonly Way[],
  tried: readonly string[],
  offered: readonly string[] | undefined,
): string {
  const refused =
    tried.length === 0 ? `accepts none of ${list(ways.map(({ what }) => what))}` : `refused ${list(tried)}`;
  const offers = offered === undefined || offered.length === 0 ? "" : ` (it offers ${list(offered)})`;
  return `the server ${refused} for user "${username}"${offers}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "nothing") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
