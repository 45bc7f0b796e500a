import { BuildError } from "../sdk/error.ts";
import type { Component, ComponentKind } from "../sdk/component.ts";
import { defineSchema } from "../sdk/schema/schema.ts";

const standInSchema = defineSchema({});

export const isStandIn = ({ schema }: Component): boolean => schema === standInSchema;

/** Takes the place of a component that is not there, in a template that is only looked at: it has a type, and cannot run. */
export function standIn(kind: ComponentKind, type: string): Component {
  const refuse = () => Promise.reject(new BuildError(`There is no ${kind} of type "${type}"`));
  return {
    kind,
    type,
    summary: "",
    schema: standInSchema,
    generatedData: [],
    outputs: {},
    build: refuse,
    provision: refuse,
    process: refuse,
    read: refuse,
  };
}
