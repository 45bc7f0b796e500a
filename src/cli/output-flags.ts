import { booleanFlag, textFlag } from "./command.ts";

/** How a command that emits events shows them. */
export const outputFlags = {
  color: booleanFlag("Colour on a terminal; -color=false turns it off, as NO_COLOR does.", { default: true }),
  "timestamp-ui": booleanFlag("Put the time before each line."),
  "machine-readable": booleanFlag("Packer's machine-readable lines instead of text."),
  json: booleanFlag("One JSON object a line for each event (schema: imgbuild docs --event-schema)."),
  progress: textFlag("auto|plain|tty|none", "How progress is shown. auto: bars on a terminal, lines elsewhere."),
};
