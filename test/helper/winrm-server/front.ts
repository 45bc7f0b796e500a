import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { Server, Socket } from "node:net";
import { parseXml } from "../../../src/lib/xml.ts";
import {
  ENCRYPTED_TYPE,
  formatEncrypted,
  parseEncrypted,
} from "../../../src/communicators/winrm/wire/encrypted-message.ts";
import type { Sealer } from "../../../src/communicators/winrm/ntlm/seal.ts";
import { FaultError, faultBody, faults } from "./faults.ts";
import { createAcceptor, type Acceptor } from "./ntlm-acceptor.ts";
import type { Exchange, WinrmServerOptions } from "./options.ts";
import { actionOf } from "./service.ts";
import { makeTrouble, type Trouble } from "./trouble.ts";

/** How far the login of one connection is. */
interface Session {
  acceptor: Acceptor | undefined;
  sealer: Sealer | undefined;
  loggedIn: boolean;
}

export interface FrontOptions extends WinrmServerOptions {
  readonly username: string;
  readonly password: string;
  readonly maxEnvelopeKb: number;
  readonly trouble: Trouble;
  readonly answerSoap: (text: string) => Promise<{ readonly status: number; readonly text: string }>;
  readonly record: (exchange: Exchange) => void;
}

const SOAP = "application/soap+xml;charset=UTF-8";

/** HTTP, logins and encryption: what stands before the service. */
export function createFront(options: FrontOptions): Server {
  const sessions = new WeakMap<Socket, Session>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const session = sessions.get(request.socket) ?? { acceptor: undefined, sealer: undefined, loggedIn: false };
    sessions.set(request.socket, session);
    serve(request, response, session, options).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  };
  const server = options.tls === undefined ? createHttp(handle) : createHttps(options.tls, handle);
  server.keepAliveTimeout = 120_000;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  options: FrontOptions,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (!request.url?.startsWith("/wsman")) return void response.writeHead(404).end();
  const asked = request.headers["wsmanidentify"] === "unauthenticated";
  if (!asked && !logIn(request, response, session, options)) return;
  const limit = options.maxEnvelopeKb * 1024;
  const sealed = request.headers["content-type"]?.startsWith("multipart/encrypted") === true;
  if (body.length === 0) return void response.writeHead(200, { "content-length": 0 }).end();
  if (body.length > limit + 1024 && options.tooLargeBy !== "fault") return void response.writeHead(413).end();
  const text = sealed ? parseEncrypted(session.sealer!, body) : body;
  if (text === undefined) return void response.writeHead(400).end("the signature is wrong");
  if (!sealed && session.sealer && options.tls === undefined && options.allowUnencrypted !== true)
    return void response.writeHead(500).end();
  const soap = text.toString("utf8");
  const action = actionOf(parseXml(soap));
  if (await makeTrouble(options.trouble, action, response)) return;
  const answer = text.length > limit ? tooLarge(limit) : await options.answerSoap(soap);
  options.record({ request: soap, response: answer.text, status: answer.status });
  send(response, { ...answer, action, sealer: sealed ? session.sealer : undefined }, options.trouble);
}

function tooLarge(limit: number) {
  const text = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>${faultBody(new FaultError(faults.tooLarge(limit)).fault)}</s:Body></s:Envelope>`;
  return { status: 500, text };
}

function send(
  response: ServerResponse,
  answer: {
    readonly status: number;
    readonly text: string;
    readonly action: string;
    readonly sealer: Sealer | undefined;
  },
  trouble: Trouble,
): void {
  const plain = Buffer.from(answer.text);
  const body = answer.sealer === undefined ? plain : formatEncrypted(answer.sealer, plain);
  const type = answer.sealer === undefined ? SOAP : ENCRYPTED_TYPE;
  if (trouble.hangUp?.(answer.action) === true) response.setHeader("connection", "close");
  response.writeHead(answer.status, { "content-type": type, "content-length": body.length });
  if (trouble.cut?.(answer.action) === true) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
    return;
  }
  response.end(body);
}

/** True when the user is let in. Otherwise the answer is already given. */
function logIn(request: IncomingMessage, response: ServerResponse, session: Session, options: FrontOptions): boolean {
  const [scheme = "", token = ""] = (request.headers.authorization ?? "").split(" ");
  const offers = offered(options);
  // Where messages have to be encrypted, one that is not is a reason to log in anew: the Go client counts on that.
  const isSealed = request.headers["content-type"]?.startsWith("multipart/encrypted") === true;
  const mayBePlain = options.tls !== undefined || options.allowUnencrypted === true;
  if (session.loggedIn && scheme === "" && (isSealed || mayBePlain)) return true;
  session.loggedIn = false;
  if (options.trouble.refuseLogin !== true) {
    if (/^basic$/i.test(scheme) && offers.includes("Basic")) {
      const given = Buffer.from(token, "base64").toString("utf8");
      if (given === `${options.username}:${options.password}`) return true;
    }
    if (/^(negotiate|ntlm)$/i.test(scheme) && offers.includes("Negotiate")) {
      return takeNtlm(Buffer.from(token, "base64"), scheme, response, { session, options });
    }
  }
  refuse(response, offers);
  return false;
}

function offered({ offers = ["Negotiate"], tls, allowUnencrypted }: FrontOptions): readonly string[] {
  return tls === undefined && allowUnencrypted !== true ? offers.filter((offer) => offer !== "Basic") : offers;
}

function takeNtlm(
  message: Buffer,
  scheme: string,
  response: ServerResponse,
  { session, options }: { readonly session: Session; readonly options: FrontOptions },
): boolean {
  session.acceptor ??= createAcceptor((user) =>
    user.toLowerCase() === options.username.toLowerCase() ? options.password : undefined,
  );
  const next = session.acceptor.take(message);
  if (next === "refused") {
    session.acceptor = undefined;
    refuse(response, offered(options));
    return false;
  }
  if ("challenge" in next) {
    refuse(response, [`${scheme} ${next.challenge.toString("base64")}`]);
    return false;
  }
  session.acceptor = undefined;
  session.sealer = next.sealer;
  session.loggedIn = true;
  return true;
}

function refuse(response: ServerResponse, offers: readonly string[]): void {
  const ways = offers.map((offer) => (offer === "Basic" ? 'Basic realm="WSMAN"' : offer));
  response.writeHead(401, { "www-authenticate": ways, "content-length": 0 }).end();
}
