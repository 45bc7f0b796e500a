import { resolve } from "node:path";
import { openDirectory } from "../core/store/directory-place.ts";
import { Store } from "../core/store/store.ts";
import { ownEntry } from "../lib/own-entry.ts";
import { withoutLogin } from "../lib/without-login.ts";
import { storePlaces } from "../registry.ts";
import type { StorePlace } from "../sdk/store-place.ts";
import type { UnopenedSession } from "./session.ts";
import { UsageError } from "./usage-error.ts";

type StoreSession = Pick<UnopenedSession, "host" | "directories" | "emit" | "secret">;

/**
 * The store of this address: a directory, or `s3://bucket/prefix`. Whether it answers is found out when it is used. Rejects
 * where it cannot be one.
 */
export async function openStore(session: StoreSession, address: string): Promise<Store> {
  return new Store(await openPlace(session, address));
}

async function openPlace(session: StoreSession, address: string): Promise<StorePlace> {
  const { host, directories, emit, secret } = session;
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return openDirectory(resolve(host.cwd, address), address);
  const load = ownEntry(storePlaces, scheme);
  if (!load) throw new UsageError(`A store is a directory or ${SCHEMES}, not "${withoutLogin(address)}"`);
  const open = await load();
  return open(address, {
    host,
    work: directories.work,
    secret,
    warn: (text) => emit({ kind: "warning", text }),
    debug: (topic, text) => emit({ kind: "debug", topic, text }),
  });
}

const SCHEMES = Object.keys(storePlaces)
  .map((scheme) => `${scheme}://…`)
  .join(", ");
