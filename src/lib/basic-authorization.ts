import { percentDecode } from "./percent-decode.ts";

/** The `Authorization` (or `Proxy-Authorization`) of the user and password in a URL. Source: RFC 7617. */
export function basicAuthorization({ username, password }: URL): string {
  const credentials = [username, password].map(percentDecode).join(":");
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}
