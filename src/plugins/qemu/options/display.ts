import { MACHINE_VALUES } from "../../../sdk/schema/boot.ts";
import { flag, integer, list, late, sensitive, text } from "../../../sdk/schema/field.ts";

/** What a person can see of the machine, and how it is typed at. */
export const displayFields = {
  headless: flag("Open no window on this host.").default(false),
  display: text("Passed to `-display` (`gtk`, `sdl`, `cocoa`, `none`…).").optional(),
  use_default_display: flag("Leave `-display` out and let QEMU choose.").default(false),
  vga: text("Graphics adapter, passed to `-vga` (`std`, `cirrus`, `virtio`, `qxl`, `none`).").optional(),
  vnc_bind_address: text("Address the VNC server listens on.").default("127.0.0.1"),
  vnc_port_min: integer("Lowest port for VNC.").min(5900).max(65535).default(5900),
  vnc_port_max: integer("VNC ports stay below this one.").min(5900).max(65536).default(6000),
  vnc_use_password: flag("Protect the VNC server with a password (`vnc_password`, or a random one).").default(false),
  vnc_password: sensitive(
    text("The VNC password, at most 8 characters. Setting it turns `vnc_use_password` on.").max(8).optional(),
  ),
  qmp_enable: flag("Open a QMP socket for your own use (`qmp_socket_path`).").default(false),
  qmp_socket_path: text(
    "Where the QMP socket is made. Left out, it is `NAME.monitor` in the output directory. Setting it turns `qmp_enable` on.",
  ).optional(),
  boot_steps: list(
    list(late(MACHINE_VALUES, "Keys, or a description."), "Keys to type and a description of what they are for."),
    "As `boot_command`, in pieces: each is a list of keys and (optionally) a description that is shown when they are typed.",
  ).optional(),
};
