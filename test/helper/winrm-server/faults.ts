import { escapeXml } from "../../../src/lib/xml.ts";

/** A fault as WinRM words it (DSP0226, 14; MS-WSMV, 2.2.4.43). */
export interface Fault {
  readonly code: number;
  readonly subcode: string;
  readonly reason: string;
}

export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

export const faults = {
  timedOut: {
    code: 2150858793,
    subcode: "w:TimedOut",
    reason: "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
  },
  shellNotFound: (id: string) => ({
    code: 2150858843,
    subcode: "w:InvalidSelectors",
    reason: `The request for the Windows Remote Shell with ShellId ${id} failed because the shell was not found on the server.`,
  }),
  tooManyShells: {
    code: 2150859173,
    subcode: "w:QuotaLimit",
    reason:
      "The WS-Management service cannot process the request. The maximum number of concurrent shells for this user has been exceeded.",
  },
  tooManyOperations: {
    code: 2150859174,
    subcode: "w:QuotaLimit",
    reason:
      "The WS-Management service cannot process the request. The maximum number of concurrent operations for this user has been exceeded.",
  },
  tooLarge: (limit: number) => ({
    code: 2150858797,
    subcode: "w:EncodingLimit",
    reason: `The size of the request exceeded the quota for this operation: ${limit} bytes.`,
  }),
  accessDenied: { code: 5, subcode: "w:AccessDenied", reason: "Access is denied." },
  aborted: {
    code: 995,
    subcode: "w:InternalError",
    reason: "The I/O operation has been aborted because of either a thread exit or an application request.",
  },
  brokenPipe: { code: 109, subcode: "w:InternalError", reason: "The pipe has been ended." },
  notSupported: (action: string) => ({
    code: 2150858752,
    subcode: "a:ActionNotSupported",
    reason: `The action ${action} is not supported by the service.`,
  }),
  malformed: { code: 2150858816, subcode: "w:SchemaValidationError", reason: "The SOAP XML could not be read." },
} as const;

export function faultBody({ code, subcode, reason }: Fault): string {
  const text = escapeXml(reason);
  const detail = `<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="${code}" Machine="windows"><f:Message>${text}</f:Message></f:WSManFault>`;
  const value = `<s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode>`;
  return `<s:Fault><s:Code>${value}</s:Code><s:Reason><s:Text xml:lang="en-US">${text}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`;
}
