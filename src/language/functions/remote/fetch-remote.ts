import type { FetchRemote } from "../remote-answers.ts";
import type { RemoteOptions } from "./remote-options.ts";

/**
 * Answers the remote functions over the network, for `LibraryOptions.fetchRemote`. The client of each service is
 * loaded when it is first asked.
 */
export function createFetchRemote(options: RemoteOptions): FetchRemote {
  return async (request, signal) => {
    switch (request.service) {
      case "vault":
        return (await import("./vault.ts")).readVault(request.args, options, signal);
      case "consul":
        return (await import("./consul.ts")).readConsul(request.args, options, signal);
      case "aws_secretsmanager":
        return (await import("./aws-secrets-manager.ts")).readSecret(request.args, options, signal);
    }
  };
}
