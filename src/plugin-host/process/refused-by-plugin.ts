import { BuildError } from "../../sdk/error.ts";

/** The plugin answered a call with an error. The message is what it said. */
export class RefusedByPlugin extends BuildError {}
