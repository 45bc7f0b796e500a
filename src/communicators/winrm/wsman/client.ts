import { randomUUID } from "node:crypto";
import { escapeXml, findElement, type XmlElement } from "../../../lib/xml.ts";
import type { Address, WinrmSettings } from "../settings.ts";
import { Connections } from "../wire/connections.ts";
import type { Answer } from "../wire/connection.ts";
import { WireFailure } from "../wire/failure.ts";
import { formatRequest, identifyRequest, type Request } from "./envelope.ts";
import { WsmanFault, faultOf, parseEnvelope } from "./fault.ts";
import { CONFIG_RESOURCE, faultCodes, type Action } from "./names.ts";

/** What Windows before 2012 takes at most; newer ones take 500 KiB. */
const SMALLEST_ENVELOPE = 150 * 1024;
/** Beyond what the server promised to answer within. */
const GRACE_MS = 10_000;
const USUAL_TIMEOUT_MS = 20_000;
/** Asked twice they would do something twice. */
const ONCE: ReadonlySet<Action> = new Set<Action>(["command", "send"]);

/** Asks one guest, by WS-Management. Rejects with a WireFailure or a WsmanFault, or with the reason of `signal`. */
export class WsmanClient {
  readonly #connections: Connections;
  /** Largest request and answer, in bytes. */
  maxEnvelope = SMALLEST_ENVELOPE;

  constructor(settings: WinrmSettings, address: Address) {
    this.#connections = new Connections(settings, address);
  }

  get host(): string {
    return this.#connections.url.host;
  }

  /** The envelope of the answer. */
  async ask(
    request: Omit<Request, "timeoutMs"> & { readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<XmlElement> {
    const timeoutMs = request.timeoutMs ?? USUAL_TIMEOUT_MS;
    const addressed = {
      url: this.#connections.url.href,
      messageId: randomUUID().toUpperCase(),
      maxEnvelope: this.maxEnvelope,
    };
    const text = formatRequest({ ...request, timeoutMs }, addressed);
    const answer = await this.#connections.post(text, {
      signal,
      silenceMs: timeoutMs + GRACE_MS,
      repeatable: !ONCE.has(request.action),
    });
    return this.#read(answer);
  }

  /** Whether a WinRM server is there and lets us in; what it calls itself. */
  async identify(signal: AbortSignal, silenceMs: number): Promise<string> {
    const envelope = this.#read(await this.#connections.post(identifyRequest, { signal, silenceMs, repeatable: true }));
    return findElement(envelope, "ProductVersion")?.text ?? "";
  }

  /** Asks how large requests may be. Only administrators are told; others get by with what every Windows takes. */
  async learnLimits(signal: AbortSignal): Promise<void> {
    try {
      const envelope = await this.ask({ action: "get", resource: CONFIG_RESOURCE, body: "" }, signal);
      const kilobytes = Number(findElement(envelope, "MaxEnvelopeSizekb")?.text);
      if (kilobytes >= 32) this.maxEnvelope = Math.min(kilobytes, LARGEST_USEFUL_KB) * 1024;
    } catch {
      signal.throwIfAborted();
    }
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  #read({ status, text }: Answer): XmlElement {
    const { host } = this.#connections.url;
    if (status === 413) throw new WireFailure("too-large", `${host} takes no request of this size (413)`);
    const envelope = parseEnvelope(text);
    const fault = envelope && faultOf(envelope);
    if (fault?.subcode === "EncodingLimit") throw new WireFailure("too-large", `${host}: ${fault.message}`);
    if (fault !== undefined) throw fault;
    if (status === 200 && envelope?.name === "Envelope") return envelope;
    throw new WireFailure("not-winrm", strangeAnswer(host, status));
  }
}

/** Larger requests are no faster, and each is held in memory several times. */
const LARGEST_USEFUL_KB = 4096;

function strangeAnswer(host: string, status: number): string {
  if (status === 404) return `an HTTP server answers at ${host}, but WinRM is not listening there yet (404)`;
  if (status === 500) return `WinRM at ${host} is not ready, or takes no unencrypted messages (500)`;
  if (status === 503) return `the WinRM service at ${host} is not running yet (503)`;
  return `what answers at ${host} is not WinRM (status ${status})`;
}

/** The fault says that the shell, or its command, is no more: after a restart of the service, for one. */
export function isShellGone(error: unknown): boolean {
  if (!(error instanceof WsmanFault)) return false;
  return error.code === faultCodes.shellNotFound || error.subcode === "InvalidSelectors";
}

export function isQuota(error: unknown): boolean {
  if (!(error instanceof WsmanFault)) return false;
  return error.code === faultCodes.tooManyShells || error.code === faultCodes.tooManyOperations;
}

/** For the bodies of requests. */
export function element(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<rsp:${name}${pairs.join("")}>${text}</rsp:${name}>`;
}
