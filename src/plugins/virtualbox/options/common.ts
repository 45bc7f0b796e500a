import { cdFields, cdRules } from "../../../sdk/schema/cd.ts";
import {
  communicatorFields,
  communicatorRenamed,
  communicatorRules,
  hostPortFields,
  hostPortRenamed,
} from "../../../sdk/schema/communicator.ts";
import { defaultText, text } from "../../../sdk/schema/field.ts";
import { floppyFields, floppyRules } from "../../../sdk/schema/floppy.ts";
import { httpFields, httpRules } from "../../../sdk/schema/http.ts";
import { outputFields } from "../../../sdk/schema/output.ts";
import { shutdownFields } from "../../../sdk/schema/shutdown.ts";
import { sessionFields, sessionRules } from "./virtualbox.ts";

/** The arguments all three builders have. */
export const guestFields = {
  ...communicatorFields,
  ...hostPortFields,
  ...httpFields,
  ...floppyFields,
  ...cdFields,
  ...outputFields,
  ...shutdownFields,
  ...sessionFields,
};

export const nameField = {
  vm_name: defaultText(
    text("Name of the machine in VirtualBox, and of the exported files.").optional(),
    "packer-BUILDNAME",
  ),
};

export const guestRenamed = { ...communicatorRenamed, ...hostPortRenamed };

export const guestRules = [...communicatorRules(), ...httpRules, ...floppyRules, ...cdRules, ...sessionRules];
