import { randomUUID } from "node:crypto";
import { escapeXml, findElement, findElements, parseXml, type XmlElement } from "../../../src/lib/xml.ts";
import {
  CONFIG_RESOURCE,
  IDENTIFY,
  SHELL_RESOURCE,
  STATE,
  namespaces,
} from "../../../src/communicators/winrm/wsman/names.ts";
import type { Program } from "./command.ts";
import { FaultError, faultBody, faults } from "./faults.ts";
import type { Shell, Shells } from "./shells.ts";

export interface ServiceOptions {
  readonly shells: Shells;
  readonly maxEnvelopeKb: number;
  readonly maxTimeoutMs: number;
  readonly isAdministrator: boolean;
  readonly start: (command: string, shell: Shell, hasInput: boolean) => Program;
}

/** The answer to one SOAP request: status and envelope. */
export async function answerSoap(
  text: string,
  options: ServiceOptions,
): Promise<{ readonly status: number; readonly text: string }> {
  let request: XmlElement | undefined;
  try {
    request = parseXml(text);
    if (findElement(request, "Identify") !== undefined) return { status: 200, text: identity };
    const body = await answers[actionOf(request)]?.(request, options);
    if (body === undefined) throw new FaultError(faults.notSupported(actionOf(request)));
    return { status: 200, text: envelope(request, `${fullAction(request)}Response`, body) };
  } catch (error) {
    const fault = error instanceof FaultError ? error.fault : { ...faults.malformed, reason: String(error) };
    return { status: 500, text: envelope(request, FAULT_ACTION, faultBody(fault)) };
  }
}

/** The last word of the action; `Identify` has none. */
export function actionOf(request: XmlElement): string {
  if (findElement(request, "Identify") !== undefined) return "Identify";
  return fullAction(request).split("/").at(-1) ?? "";
}

function fullAction(request: XmlElement): string {
  return findElement(request, "Action")?.text ?? "";
}

const FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";

const identity = `<s:Envelope xmlns:s="${namespaces.s}"><s:Header/><s:Body><wsmid:IdentifyResponse xmlns:wsmid="${IDENTIFY}"><wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion><wsmid:ProductVendor>imgbuild test server</wsmid:ProductVendor><wsmid:ProductVersion>OS: 10.0.20348 SP: 0.0 Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse></s:Body></s:Envelope>`;

function envelope(request: XmlElement | undefined, action: string, body: string): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const relates = request && findElement(request, "MessageID")?.text;
  const header = [
    `<a:Action>${action}</a:Action>`,
    `<a:MessageID>uuid:${randomUUID().toUpperCase()}</a:MessageID>`,
    `<a:To>${namespaces.a}/role/anonymous</a:To>`,
    relates === undefined ? "" : `<a:RelatesTo>${escapeXml(relates)}</a:RelatesTo>`,
  ].join("");
  return `<s:Envelope xml:lang="en-US"${declared.join("")} xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

type Answering = (request: XmlElement, options: ServiceOptions) => string | Promise<string>;

const answers: Readonly<Record<string, Answering>> = {
  Create: (request, { shells }) => {
    const variables = findElements(request, "Variable").map(({ attributes, text }) => [attributes["Name"] ?? "", text]);
    const shell = shells.create(Object.fromEntries(variables), findElement(request, "WorkingDirectory")?.text);
    const selector = `<w:SelectorSet><w:Selector Name="ShellId">${shell.id}</w:Selector></w:SelectorSet>`;
    return `<x:ResourceCreated><a:Address>http://windows/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>${SHELL_RESOURCE}</w:ResourceURI>${selector}</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>${shell.id}</rsp:ShellId><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>`;
  },
  Command: (request, { shells, start }) => {
    const shell = shellOf(request, shells);
    const words = [findElement(request, "Command"), ...findElements(request, "Arguments")];
    const command = words.map((word) => word?.text ?? "").join(" ");
    const isConsole = optionOf(request, "WINRS_CONSOLEMODE_STDIN") === "TRUE";
    const id = shells.start(shell, () => start(command.trim(), shell, !isConsole));
    return `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`;
  },
  Send: async (request, { shells }) => {
    const shell = shellOf(request, shells);
    for (const { attributes, text } of findElements(request, "Stream")) {
      const command = shells.command(shell, attributes["CommandId"] ?? "");
      const end = (attributes["End"] ?? "false").toLowerCase() === "true";
      if (!(await command.write(Buffer.from(text, "base64"), end))) throw new FaultError(faults.brokenPipe);
    }
    return "<rsp:SendResponse/>";
  },
  Receive: receive,
  Signal: (request, { shells }) => {
    const shell = shellOf(request, shells);
    shells.terminate(shell, findElement(request, "Signal")?.attributes["CommandId"] ?? "");
    return "<rsp:SignalResponse/>";
  },
  Delete: (request, { shells }) => {
    shells.remove(shellOf(request, shells).id);
    return "";
  },
  Get: (request, { maxEnvelopeKb, maxTimeoutMs, isAdministrator }) => {
    if (findElement(request, "ResourceURI")?.text !== CONFIG_RESOURCE || !isAdministrator)
      throw new FaultError(faults.accessDenied);
    return `<cfg:Config xmlns:cfg="${CONFIG_RESOURCE}"><cfg:MaxEnvelopeSizekb>${maxEnvelopeKb}</cfg:MaxEnvelopeSizekb><cfg:MaxTimeoutms>${maxTimeoutMs}</cfg:MaxTimeoutms></cfg:Config>`;
  },
};

/** What stands around the output in an answer, with room for a few streams. */
const AROUND = 4096;

async function receive(request: XmlElement, { shells, maxTimeoutMs, maxEnvelopeKb }: ServiceOptions): Promise<string> {
  const shell = shellOf(request, shells);
  const id = findElement(request, "DesiredStream")?.attributes["CommandId"] ?? "";
  const command = shells.command(shell, id);
  const asked = secondsOf(findElement(request, "OperationTimeout")?.text) * 1000;
  const accepted = Number(findElement(request, "MaxEnvelopeSize")?.text ?? 153600);
  const room = Math.floor((Math.min(accepted, maxEnvelopeKb * 1024) - AROUND) * 0.75);
  const output = await command.take(room, Math.min(asked, maxTimeoutMs));
  if (!shell.commands.has(id)) throw new FaultError(faults.aborted);
  if (output === undefined) throw new FaultError(faults.timedOut);
  const streams = output.map(
    ({ stream, data }) => `<rsp:Stream Name="${stream}" CommandId="${id}">${data.toString("base64")}</rsp:Stream>`,
  );
  const ends = command.endedStreams.map((name) => `<rsp:Stream Name="${name}" CommandId="${id}" End="true"/>`);
  const state = command.isDone
    ? `<rsp:CommandState CommandId="${id}" State="${STATE}/Done"><rsp:ExitCode>${command.exitCode}</rsp:ExitCode></rsp:CommandState>`
    : `<rsp:CommandState CommandId="${id}" State="${STATE}/Running"/>`;
  return `<rsp:ReceiveResponse>${streams.join("")}${ends.join("")}${state}</rsp:ReceiveResponse>`;
}

function shellOf(request: XmlElement, shells: Shells): Shell {
  const selector = findElements(request, "Selector").find(({ attributes }) => attributes["Name"] === "ShellId");
  return shells.find(selector?.text.trim() ?? "");
}

function optionOf(request: XmlElement, name: string): string | undefined {
  return findElements(request, "Option")
    .find(({ attributes }) => attributes["Name"] === name)
    ?.text.toUpperCase();
}

/** `PT20S`, `PT1M30.5S`, `PT30M0S`. */
function secondsOf(duration = "PT60S"): number {
  const [, hours, minutes, seconds] = /^P(?:0DT|T)(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration.trim()) ?? [];
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}
