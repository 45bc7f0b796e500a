/** Names of WS-Management (DSP0226) and of Windows' remote shell in it (MS-WSMV). */

export const namespaces = {
  s: "http://www.w3.org/2003/05/soap-envelope",
  a: "http://schemas.xmlsoap.org/ws/2004/08/addressing",
  w: "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
  p: "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
  rsp: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
} as const;

const TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer";

export const actions = {
  create: `${TRANSFER}/Create`,
  get: `${TRANSFER}/Get`,
  delete: `${TRANSFER}/Delete`,
  command: `${namespaces.rsp}/Command`,
  send: `${namespaces.rsp}/Send`,
  receive: `${namespaces.rsp}/Receive`,
  signal: `${namespaces.rsp}/Signal`,
} as const;

export type Action = keyof typeof actions;

export const ANONYMOUS = `${namespaces.a}/role/anonymous`;
export const SHELL_RESOURCE = `${namespaces.rsp}/cmd`;
export const CONFIG_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/config";
export const IDENTIFY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";

export const TERMINATE = `${namespaces.rsp}/signal/terminate`;
export const STATE = `${namespaces.rsp}/CommandState`;

/** Codes in `WSManFault` that mean something to us. */
export const faultCodes = {
  accessDenied: 5,
  /** The operation was given up, because its command was ended. */
  aborted: 995,
  brokenPipe: 109,
  /** No output within the time asked for: ask again. */
  timedOut: 2150858793,
  shellNotFound: 2150858843,
  tooManyShells: 2150859173,
  tooManyOperations: 2150859174,
} as const;
