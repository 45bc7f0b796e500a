import { escapeXml } from "../../../lib/xml.ts";
import { ANONYMOUS, IDENTIFY, SHELL_RESOURCE, actions, namespaces, type Action } from "./names.ts";

export interface Request {
  readonly action: Action;
  /** Default: the remote shell. */
  readonly resource?: string | undefined;
  readonly shellId?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  /** How long the server may take before it answers that there is nothing yet. */
  readonly timeoutMs: number;
}

export interface Addressed {
  readonly url: string;
  readonly messageId: string;
  /** Largest answer we take, in bytes. */
  readonly maxEnvelope: number;
}

/** The SOAP envelope of a request, in the form that Windows' own client gives it. */
export function formatRequest(request: Request, { url, messageId, maxEnvelope }: Addressed): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const header = [
    `<a:To>${escapeXml(url)}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${ANONYMOUS}</a:Address></a:ReplyTo>`,
    `<a:Action s:mustUnderstand="true">${actions[request.action]}</a:Action>`,
    `<a:MessageID>uuid:${messageId}</a:MessageID>`,
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${maxEnvelope}</w:MaxEnvelopeSize>`,
    '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>',
    `<w:OperationTimeout>PT${request.timeoutMs / 1000}S</w:OperationTimeout>`,
    `<w:ResourceURI s:mustUnderstand="true">${request.resource ?? SHELL_RESOURCE}</w:ResourceURI>`,
    selectors(request.shellId),
    options(request.options),
  ].join("");
  return `<s:Envelope${declared.join("")}><s:Header>${header}</s:Header><s:Body>${request.body}</s:Body></s:Envelope>`;
}

function selectors(shellId: string | undefined): string {
  if (shellId === undefined) return "";
  return `<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(shellId)}</w:Selector></w:SelectorSet>`;
}

function options(values: Readonly<Record<string, string>> | undefined): string {
  if (values === undefined) return "";
  const each = Object.entries(values).map(([name, value]) => `<w:Option Name="${name}">${escapeXml(value)}</w:Option>`);
  return `<w:OptionSet>${each.join("")}</w:OptionSet>`;
}

/** Asks what the server is; needs no shell, and on many servers no rights. */
export const identifyRequest = `<s:Envelope xmlns:s="${namespaces.s}" xmlns:wsmid="${IDENTIFY}"><s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>`;
