import { duration, text } from "./field.ts";

/** How the machine is stopped once it is provisioned. */
export const shutdownFields = {
  shutdown_command: text(
    "Run in the guest to shut it down, e.g. `echo 'vagrant' | sudo -S shutdown -P now`. Without it the power button is pressed, " +
      "and the power is cut if the guest does not answer to that.",
  ).optional(),
  shutdown_timeout: duration("How long the guest may take to shut down before the build fails.")
    .min(0)
    .default(300_000),
} as const;
