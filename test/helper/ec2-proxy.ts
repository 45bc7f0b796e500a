import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands between a build and an EC2 endpoint, notes every call, and does to some what networks and services do. */
export interface Ec2Proxy {
  readonly endpoint: string;
  /** In the order in which they came. */
  readonly calls: readonly Call[];
  /** What happens to each call from now on. Default: it is passed on. */
  fault: (call: Call) => Fault | undefined | Promise<Fault | undefined>;
  /** Sees (and may change) every answer. */
  answered: (call: Call, xml: string) => string | Promise<string>;
  clear(): void;
  close(): Promise<void>;
}

export interface Call {
  /** From 1. */
  readonly number: number;
  readonly action: string;
  /** How many calls of this action there were, this one included. */
  readonly ofAction: number;
  readonly parameters: URLSearchParams;
  /** Of the signature. */
  readonly accessKey: string;
  readonly region: string;
}

/** Only whether it would be allowed is asked. */
export const isDry = ({ parameters }: Call): boolean => parameters.get("DryRun") === "true";

export type Fault =
  /** Refused without being done. */
  | { readonly kind: "error"; readonly code: string; readonly status?: number; readonly message?: string }
  /** Not done, and answered all the same: for what moto cannot do. */
  | { readonly kind: "answer"; readonly xml: string }
  /** Done, and the answer lost with the connection. */
  | { readonly kind: "drop-answer" }
  /** Not done: the connection breaks. */
  | { readonly kind: "drop-request" };

/** The caller closes it. */
export async function createEc2Proxy(target: string): Promise<Ec2Proxy> {
  const calls: Call[] = [];
  let passedOn: Promise<unknown> = Promise.resolve();
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: Ec2Proxy = {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    fault: () => undefined,
    answered: (_, xml) => xml,
    clear: () => {
      calls.length = 0;
      proxy.fault = () => undefined;
      proxy.answered = (_, xml) => xml;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(incoming);
    const parameters = new URLSearchParams(body);
    const action = parameters.get("Action") ?? "";
    const ofAction = calls.filter((other) => other.action === action).length + 1;
    const [, accessKey = "", region = ""] =
      /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? "") ?? [];
    const call = { number: calls.length + 1, action, ofAction, parameters, accessKey, region };
    calls.push(call);
    const fault = await proxy.fault(call);
    if (fault?.kind === "error") return refuse(response, fault);
    if (fault?.kind === "answer") return void response.writeHead(200, { "content-type": "text/xml" }).end(fault.xml);
    if (fault?.kind === "drop-request") return void response.destroy();
    // One after the other, as they came: moto would stop a terminated instance, and EC2 does not.
    const answering = passedOn.then(() => forward(target, incoming, body));
    passedOn = answering.catch(() => {});
    const answer = await answering;
    const xml = await proxy.answered(call, answer.body);
    if (fault?.kind === "drop-answer") return void response.destroy();
    response.writeHead(answer.status, { "content-type": "text/xml" }).end(xml);
  }
}

function refuse(response: ServerResponse, fault: Extract<Fault, { kind: "error" }>): void {
  const { code, status = 400, message = `${code} (made by a test)` } = fault;
  const errors = `<Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>`;
  response
    .writeHead(status, { "content-type": "text/xml" })
    .end(`<?xml version="1.0"?><Response>${errors}<RequestID>req-of-a-test</RequestID></Response>`);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function forward(target: string, incoming: IncomingMessage, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, host: new URL(target).host };
    const outgoing = request(target, { method: incoming.method, path: incoming.url, headers }, (answer) => {
      readAll(answer).then((text) => resolve({ status: answer.statusCode ?? 500, body: text }), reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
