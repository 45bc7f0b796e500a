import type * as z from "zod";
import { choice, integer, map, text } from "./field.ts";
import { mediaUserDataIssues } from "./cloud-config.ts";
import { atMostOne, error, rule } from "./rules.ts";
import type { ConfigIssue, DecodedFields } from "./schema.ts";

/** The small HTTP server a guest fetches its answer files from. */
export const httpFields = {
  http_directory: text(
    "A directory whose files the guest may fetch while it is being built. A request for `/name` that is not there is answered by " +
      "`name.pkrtpl`, if that exists, with its `{{ }}` filled in (`{{ .HTTPIP }}`, `{{ .HTTPPort }}`, `{{ .Name }}`). " +
      "Nothing outside of the directory is served, whatever links say, and there are no listings.",
  ).optional(),
  http_content: map(
    text("The content."),
    'Files to serve as path and content, `{ "/preseed.cfg" = "…" }`, instead of a directory.',
  ).optional(),
  http_port_min: integer("Lowest port to serve on.").min(1).max(65535).default(8000),
  http_port_max: integer("Ports below this one may be used. Equal to `http_port_min`, it means that very port.")
    .min(1)
    .max(65536)
    .default(9000),
  http_bind_address: text(
    "Address to serve on. By default the narrowest that the guest can reach: loopback where the hypervisor passes the guest on to it. " +
      'With `http_network_protocol = "unix"` the path of the socket.',
  ).optional(),
  http_interface: text("Serve on the IPv4 address of this network interface of the host.").optional(),
  http_network_protocol: choice(["tcp", "tcp4", "tcp6", "unix", "unixpacket"], "What to listen with.").default("tcp"),
} as const;

export type HttpConfig = z.output<z.ZodObject<typeof httpFields>>;

export const httpRules = [
  atMostOne("http_directory", "http_content"),
  atMostOne("http_bind_address", "http_interface"),
  rule(httpFields, ["http_port_min", "http_port_max"], ({ http_port_min: min, http_port_max: max }) => {
    if (min <= max) return [];
    const detail = `"http_port_min" (${min}) must not be above "http_port_max" (${max}).`;
    return [error("invalid-port-range", ["http_port_min"], "Invalid port range", detail)];
  }),
  rule(httpFields, ["http_content"], ({ http_content: content }) => mediaUserDataIssues(content, "http_content")),
  rule(httpFields, ["http_content"], ({ http_content: content = {} }) => Object.keys(content).flatMap(pathIssues)),
  rule(httpFields, ["http_network_protocol", "http_bind_address"], protocolIssues),
];

type ProtocolArguments = DecodedFields<typeof httpFields, "http_network_protocol" | "http_bind_address">;

function protocolIssues({ http_network_protocol: protocol, http_bind_address: address }: ProtocolArguments) {
  if (protocol === "unixpacket") {
    const detail = 'HTTP needs a stream, and a unixpacket socket is not one. Use "unix" or leave it out.';
    return [error("unsupported-protocol", ["http_network_protocol"], "Unsupported protocol", detail)];
  }
  if (protocol !== "unix" || address) return [];
  const detail = 'With http_network_protocol = "unix", "http_bind_address" must be the path of the socket.';
  return [error("missing-argument", ["http_bind_address"], "Missing argument", detail)];
}

function pathIssues(path: string): readonly ConfigIssue[] {
  if (path.startsWith("/")) return [];
  const detail = `The path "${path}" must start with a slash, as it does in a request: "/${path}".`;
  return [error("invalid-path", ["http_content", path], "Invalid path", detail)];
}
