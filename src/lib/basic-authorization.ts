import { percentDecode } from "./percent-decode.ts";

/** The `Authorization` (or `Proxy-Authorization`) of the user and password in a URL. Source: RFC 7617. */
export function basicAuthorization({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${percentDecode(username)}:${percentDecode(password)}`).toString("base64")}`;
}
