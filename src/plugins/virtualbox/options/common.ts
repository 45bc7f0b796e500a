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
import { virtualboxFields, virtualboxRules } from "./virtualbox.ts";

/** The arguments all three builders have. */
export const commonFields = {
  ...communicatorFields,
  ...hostPortFields,
  ...httpFields,
  ...floppyFields,
  ...cdFields,
  ...outputFields,
  ...shutdownFields,
  ...virtualboxFields,
};

export const nameField = {
  vm_name: defaultText(
    text("Name of the machine in VirtualBox, and of the exported files.").optional(),
    "packer-BUILDNAME",
  ),
};

export const commonRenamed = { ...communicatorRenamed, ...hostPortRenamed };

export const commonRules = [...communicatorRules(), ...httpRules, ...floppyRules, ...cdRules, ...virtualboxRules];
