import type * as z from "zod";
import { bootFields } from "../../sdk/schema/boot.ts";
import { cdFields } from "../../sdk/schema/cd.ts";
import { communicatorFields } from "../../sdk/schema/communicator.ts";
import { fieldMeta } from "../../sdk/schema/field.ts";
import { floppyFields } from "../../sdk/schema/floppy.ts";
import { httpFields } from "../../sdk/schema/http.ts";
import { isoFields } from "../../sdk/schema/iso.ts";
import { shutdownFields } from "../../sdk/schema/shutdown.ts";

/** Options that Packer's SDK gives to many plugins mean there what they mean here. */
const shared: Readonly<Record<string, z.ZodType>> = {
  ...bootFields,
  ...cdFields,
  ...communicatorFields,
  ...floppyFields,
  ...httpFields,
  ...isoFields,
  ...shutdownFields,
};

/** What an option is for, where that is known: a plugin says the names and types of its options, and nothing of them. */
export function describeOption(name: string): string {
  return Object.hasOwn(shared, name) ? fieldMeta(shared[name]!).description : "";
}
