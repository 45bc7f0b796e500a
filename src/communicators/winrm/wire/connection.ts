import { answerChallenge } from "../ntlm/authenticate.ts";
import { negotiateMessage } from "../ntlm/messages.ts";
import { createSealer, type Sealer } from "../ntlm/seal.ts";
import type { WinrmSettings } from "../settings.ts";
import { ENCRYPTED_TYPE, formatEncrypted, parseEncrypted } from "./encrypted-message.ts";
import { WireFailure, wireFailure } from "./failure.ts";
import { singleConnection, type SingleConnection } from "./single-connection.ts";

export interface PostOptions {
  readonly signal: AbortSignal;
  /** So long the server may be silent. */
  readonly silenceMs: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly offers: readonly string[];
  readonly body: Buffer;
}

/** Which way in a server has accepted, shared by all connections of one communicator. */
export interface Chosen {
  scheme?: "basic" | "ntlm" | undefined;
}

const SOAP_TYPE = "application/soap+xml;charset=UTF-8";

/**
 * An HTTP connection to WinRM, on which one request is under way at a time: NTLM belongs to the connection it was spoken
 * on. Rejects with a WireFailure, or with the reason of `signal`.
 */
export class Connection {
  readonly #url: URL;
  readonly #settings: WinrmSettings;
  readonly #chosen: Chosen;
  readonly #single: SingleConnection;
  /** What the server offered when it refused last. */
  #offers: readonly string[] = [];
  #sealer: Sealer | undefined;
  #loggedIn = false;

  constructor(url: URL, settings: WinrmSettings, chosen: Chosen) {
    this.#url = url;
    this.#settings = settings;
    this.#chosen = chosen;
    this.#single = singleConnection(url, settings, () => this.#forget());
  }

  async post(text: string, options: PostOptions): Promise<Answer> {
    const body = Buffer.from(text);
    for (const scheme of this.#schemes()) {
      if (!this.#mayTry(scheme)) continue;
      const answer = await this.#postBy(scheme, body, options);
      if (answer === undefined) continue;
      this.#chosen.scheme = scheme;
      return answer;
    }
    throw new WireFailure("unauthorized", this.#refusal());
  }

  async close(): Promise<void> {
    await this.#single.dispatcher.destroy();
  }

  #schemes(): readonly ("basic" | "ntlm")[] {
    const { authentication, useTls } = this.#settings;
    if (this.#chosen.scheme !== undefined) return [this.#chosen.scheme];
    if (authentication !== "automatic") return [authentication];
    return useTls ? ["basic", "ntlm"] : ["ntlm", "basic"];
  }

  /** A password never travels in the clear to a server that has not asked for it so. */
  #mayTry(scheme: "basic" | "ntlm"): boolean {
    const { authentication, useTls } = this.#settings;
    if (scheme === "ntlm" || useTls || authentication === "basic") return true;
    return this.#chosen.scheme === "basic" || this.#offers.some((offer) => /\bbasic\b/i.test(offer));
  }

  /** `undefined`: refused. */
  async #postBy(scheme: "basic" | "ntlm", body: Buffer, options: PostOptions): Promise<Answer | undefined> {
    if (scheme === "basic") {
      const { username, password } = this.#settings;
      const login = Buffer.from(`${username}:${password}`).toString("base64");
      const answer = await this.#exchange({ body, authorization: `Basic ${login}` }, options);
      return answer.status === 401 ? undefined : this.#plain(answer);
    }
    const wasLoggedIn = this.#loggedIn;
    const answer = await this.#postSealed(body, options);
    if (answer !== undefined || !wasLoggedIn) return answer;
    // A connection that the server has replaced meanwhile knows nothing of the login.
    this.#forget();
    return this.#postSealed(body, options);
  }

  async #postSealed(body: Buffer, options: PostOptions): Promise<Answer | undefined> {
    if (this.#settings.useTls) return this.#postNtlmOverTls(body, options);
    if (!this.#loggedIn && (await this.#logIn(Buffer.alloc(0), options)) === undefined) return undefined;
    const sealer = this.#sealer!;
    const answer = await this.#exchange({ body: formatEncrypted(sealer, body), type: ENCRYPTED_TYPE }, options);
    if (answer.status === 401) return undefined;
    if (!answer.type.startsWith("multipart/encrypted")) {
      // Whoever answered in the clear has not read the message: from here on both sides would count differently.
      this.#forget();
      return this.#plain(answer);
    }
    const message = parseEncrypted(sealer, answer.body);
    if (message !== undefined) return { status: answer.status, text: message.toString("utf8") };
    throw new WireFailure("not-winrm", `an answer of ${this.#url.host} does not bear the right signature`);
  }

  /** TLS protects the messages; the last step of the login carries the first. */
  async #postNtlmOverTls(body: Buffer, options: PostOptions): Promise<Answer | undefined> {
    const answer = this.#loggedIn ? await this.#exchange({ body }, options) : await this.#logIn(body, options);
    return answer === undefined || answer.status === 401 ? undefined : this.#plain(answer);
  }

  /** The answer to the last step, which holds `body`; `undefined` where the user is not let in. */
  async #logIn(body: Buffer, options: PostOptions): Promise<RawAnswer | undefined> {
    const empty = Buffer.alloc(0);
    const first = await this.#exchange({ body: empty, authorization: negotiate(negotiateMessage()) }, options);
    const challenge = tokenOf(first.offers);
    if (first.status !== 401 || challenge === undefined) return undefined;
    const target = { host: this.#url.hostname, certificateHash: this.#single.certificateHash() };
    const answer = answerChallenge(challenge, this.#settings, target);
    if (answer === undefined) return undefined;
    const last = await this.#exchange({ body, authorization: negotiate(answer.message) }, options);
    if (last.status === 401) return undefined;
    this.#loggedIn = true;
    this.#sealer = createSealer(answer.sessionKey, "client");
    return last;
  }

  #plain({ status, body }: RawAnswer): Answer {
    return { status, text: body.toString("utf8") };
  }

  #forget(): void {
    this.#loggedIn = false;
    this.#sealer = undefined;
  }

  async #exchange(
    request: { readonly body: Buffer; readonly authorization?: string; readonly type?: string },
    { signal, silenceMs }: PostOptions,
  ): Promise<RawAnswer> {
    signal.throwIfAborted();
    let began = false;
    try {
      const { statusCode, headers, body } = await this.#single.dispatcher.request({
        origin: this.#url.origin,
        path: this.#url.pathname,
        method: "POST",
        headers: {
          "content-type": request.type ?? SOAP_TYPE,
          "user-agent": "imgbuild",
          ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
        },
        body: request.body,
        signal,
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
      });
      began = true;
      const offers = [headers["www-authenticate"] ?? []].flat();
      if (statusCode === 401) this.#offers = offers;
      const received = Buffer.from(await body.arrayBuffer());
      return { status: statusCode, type: String(headers["content-type"] ?? ""), offers, body: received };
    } catch (error) {
      signal.throwIfAborted();
      const failure = wireFailure(error, this.#url.host);
      if (!began || failure.kind !== "closed") throw failure;
      throw new WireFailure("cut", `${this.#url.host} closed the connection in the middle of an answer`, error);
    }
  }

  #refusal(): string {
    const { username, authentication } = this.#settings;
    const offered = [...new Set(this.#offers.map((offer) => offer.split(/[\s,]/)[0]!))];
    const ways = offered.length === 0 ? "" : `; it offers ${offered.join(", ")}`;
    const tried = { basic: "Basic authentication", ntlm: "NTLM", automatic: "NTLM and Basic authentication" };
    return `${this.#url.host} refuses the login of "${username}" by ${tried[authentication]} (401${ways})`;
  }
}

function negotiate(message: Buffer): string {
  return `Negotiate ${message.toString("base64")}`;
}

function tokenOf(offers: readonly string[]): Buffer | undefined {
  for (const offer of offers.flatMap((line) => line.split(/,\s*/))) {
    const [, token] = /^(?:Negotiate|NTLM)\s+(\S+)/i.exec(offer) ?? [];
    if (token !== undefined) return Buffer.from(token, "base64");
  }
  return undefined;
}
