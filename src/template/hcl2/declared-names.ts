/** The names a template declares, for messages about references to others. */
export interface DeclaredNames {
  readonly variables: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  /** `type.name` */
  readonly dataSources: ReadonlySet<string>;
}
