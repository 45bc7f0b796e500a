import { bootFields, keyIntervalFields } from "../../../sdk/schema/boot.ts";
import { cdFields } from "../../../sdk/schema/cd.ts";
import { communicatorFields, hostPortFields } from "../../../sdk/schema/communicator.ts";
import { defaultText, text } from "../../../sdk/schema/field.ts";
import { floppyFields } from "../../../sdk/schema/floppy.ts";
import { httpFields } from "../../../sdk/schema/http.ts";
import { isoFields } from "../../../sdk/schema/iso.ts";
import { outputFields } from "../../../sdk/schema/output.ts";
import { shutdownFields } from "../../../sdk/schema/shutdown.ts";
import { diskFields } from "./disk.ts";
import { displayFields } from "./display.ts";
import { machineFields } from "./machine.ts";

/** Every argument of a `qemu` source. */
export const qemuFields = {
  ...isoFields,
  ...communicatorFields,
  ...hostPortFields,
  ...machineFields,
  ...diskFields,
  ...displayFields,
  ...bootFields,
  ...keyIntervalFields,
  ...httpFields,
  ...floppyFields,
  ...cdFields,
  ...outputFields,
  ...shutdownFields,
  vm_name: defaultText(
    text("Name of the machine, and of its main disk in the output directory.").optional(),
    "packer-BUILDNAME",
  ),
};
