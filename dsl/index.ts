/** The language's floor: what the others may import. */
export type { ClosedType, RecordType, Type } from './check/type.ts';
export type { FileValue, JsonObject, Key, Quantity, Row, Table, Value } from './evaluate/value.ts';
export * from './program.ts';
export type { CompiledScript, Hole, RenderedScript, ScriptSegment } from './script/script.ts';
export type * from './syntax/tree.ts';
export * from './text/diagnostic.ts';
export * from './text/source.ts';
