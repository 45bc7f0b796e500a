import { defaultText, duration, flag, integer, sensitive, text } from "./field.ts";

/** How to reach a Windows guest by WinRM. Part of the communicator's options; without effect under another one. */
export const winrmFields = {
  winrm_host: defaultText(text("Address of the machine."), "what the builder finds out").optional(),
  winrm_port: defaultText(
    integer("Port of the WinRM service in the machine.").min(1).max(65535),
    "5985, with `winrm_use_ssl` 5986",
  ).optional(),
  winrm_username: text(
    "The user to log in as: `Administrator`, or `DOMAIN\\user` for an account that is not the machine's own.",
  ).optional(),
  winrm_password: sensitive(text("The user's password.")).optional(),
  winrm_timeout: duration("How long to wait until WinRM lets us in.").default(30 * 60_000),
  winrm_use_ssl: flag("Connect by HTTPS.").default(false),
  winrm_insecure: flag("Accept any certificate, such as the one Windows makes for itself.").default(false),
  winrm_use_ntlm: defaultText(
    flag(
      "`true`: log in by NTLM and by nothing else; over plain HTTP every message is then encrypted. `false`: by Basic authentication, which Windows does not allow by default, and over plain HTTP only with `AllowUnencrypted`.",
    ),
    "what the machine offers: over plain HTTP NTLM before Basic, over HTTPS Basic before NTLM",
  ).optional(),
  winrm_no_proxy: flag("Connect directly, whatever `HTTP_PROXY` and `HTTPS_PROXY` say.").default(false),
};
