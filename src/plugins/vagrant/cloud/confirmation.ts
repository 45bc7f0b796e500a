export interface ConfirmationAddress {
  /** Of the service as the template names it: the token goes nowhere else. */
  readonly base: string;
  readonly path: string;
}

/**
 * Where an upload is confirmed. The service sends a whole address, under whatever name it knows itself by: what counts is
 * the path, which may begin with that of the base, or (behind a proxy that adds one of its own) with the end of that.
 */
export function confirmationAddress(callback: string, base: string): ConfirmationAddress {
  const { origin, pathname } = new URL(base);
  const sent = new URL(callback, base);
  const root = pathname.replace(/\/+$/, "");
  const shared = endsOf(root).find((end) => sent.pathname.startsWith(`${end}/`));
  if (shared === undefined) return { base: origin, path: sent.pathname + sent.search };
  return { base: origin + root, path: sent.pathname.slice(shared.length) + sent.search };
}

/** `/a/b` → `/a/b`, `/b` */
function endsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1);
  return parts.map((_, index) => `/${parts.slice(index).join("/")}`);
}
