/** Types of the language (closed under the constructors of LANGUAGE section 5). */
export type Type =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'file'; readonly tag: string | undefined }
  | ClosedType
  | { readonly kind: 'record'; readonly record: RecordType }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'table'; readonly record: RecordType }
  | { readonly kind: 'optional'; readonly of: Type };

export type SimpleKind =
  | 'int'
  | 'float'
  | 'bool'
  | 'string'
  | 'duration'
  | 'size'
  | 'angle'
  | 'percent'
  | 'dir'
  | 'path'
  | 'store'
  | 'marker'
  | 'secret'
  /** The type of `none` alone. */
  | 'none'
  /** What `json(...)` and its fields give: checked when it meets a declared type. */
  | 'json'
  /** Follows an error that has been reported; compatible with everything. */
  | 'unknown';

/** `type Band = "g" | "r"`: a subtype of string whose order is that of declaration. */
export interface ClosedType {
  readonly kind: 'closed';
  readonly name: string;
  readonly values: readonly string[];
}

export interface RecordType {
  readonly name: string;
  /** Names of the columns that identify a row; empty if it has no key. */
  readonly key: readonly string[];
  readonly fields: ReadonlyMap<string, Type>;
}
