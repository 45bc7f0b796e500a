/** A change to the variables of a machine's EFI firmware. */
export type NvramChange =
  /** Creates the store of variables, which a machine has after its first start. */
  | { readonly kind: "create store" }
  /** Microsoft's keys, which most boot loaders are signed with. */
  | { readonly kind: "enroll Microsoft's signatures" }
  | { readonly kind: "enroll the platform key" }
  /** `path` is a certificate (DER). */
  | { readonly kind: "enroll a machine owner key"; readonly path: string }
  | { readonly kind: "enable Secure Boot" };

/** A change as arguments of `modifynvram VM`. */
export function nvramArguments(change: NvramChange, vmUuid: string): readonly string[] {
  switch (change.kind) {
    case "create store":
      return ["inituefivarstore"];
    case "enroll Microsoft's signatures":
      return ["enrollmssignatures"];
    case "enroll the platform key":
      return ["enrollorclpk"];
    case "enroll a machine owner key":
      return ["enrollmok", "--mok", change.path, "--owner-uuid", vmUuid];
    case "enable Secure Boot":
      return ["secureboot", "--enable"];
  }
}
