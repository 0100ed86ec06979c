/** What `runner KIND { }` in a site file may hold: each runner exports a table of it. */
export interface SiteField {
  readonly type: 'int' | 'string' | 'size' | 'duration';
  readonly about: string;
}

export type FieldTable = Readonly<Record<string, SiteField>>;
