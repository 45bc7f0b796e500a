/** Cloud images answer root so, and accounts whose shell is nologin. */
export const FIXED_COMMAND_HINT =
  "This login leads to a fixed command. Log in as the user the image is made for (ssh_username), or change what stands before the key in authorized_keys, ForceCommand in sshd_config, or the user's shell.";

/** For a guest in which nothing but that can be run. */
export function fixedCommandWarning(address: string, answer: string): string {
  return `${address} answers every command with ${answer}. ${FIXED_COMMAND_HINT}`;
}
