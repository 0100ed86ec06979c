/** The language's floor: what the others may import. */

export { type FindUsed, link, type UsedModule } from './check/link.ts';
export { builtInSite, everySite, linkSites, linkUserChannels } from './check/site.ts';
export { type Tuned, tuneProgram } from './check/tune-program.ts';
export type { ClosedType, RecordType, Type } from './check/type.ts';
export { freeNames, parts } from './check/walk.ts';
export { type Description, describe } from './describe/describe.ts';
export type { Setting } from './describe/step.ts';
export { isReaderName, type ReaderName, readerNames } from './evaluate/builtins.ts';
export { CellFault, type CellParser, cellParser } from './evaluate/cell.ts';
export { jsonValue, rowsTable } from './evaluate/columns.ts';
export { conform, type Place, parseSetting } from './evaluate/conform.ts';
export { encodeValue } from './evaluate/encode.ts';
export { type Evaluated, evaluate } from './evaluate/evaluate.ts';
export { compareKeys, instanceName, keyText } from './evaluate/keys.ts';
export { compareStrings } from './evaluate/order.ts';
export { parseSelector } from './evaluate/parse-selector.ts';
export { parseQuantity } from './evaluate/quantity-text.ts';
export { globalValue, NeedFile, type Scope } from './evaluate/scope.ts';
export {
  type KeyPattern,
  matchesKey,
  matchesSelector,
  matchesStep,
  type Selected,
  type Selector,
} from './evaluate/selector.ts';
export { numberText } from './evaluate/text.ts';
export { formatQuantity, quantity } from './evaluate/units.ts';
export type { FileValue, JsonObject, Key, Quantity, Row, Table, Value } from './evaluate/value.ts';
export { explain, explainPages } from './explain/index.ts';
export type { ExplainPage } from './explain/page.ts';
export { format } from './format/format.ts';
export { inOneLine } from './format/one-line.ts';
export * from './program.ts';
export { failedLine } from './script/failed-line.ts';
export { filesOfScript, holesOf, type ScriptFile } from './script/hole-value.ts';
export { type RenderPaths, renderScript } from './script/render.ts';
export type { CompiledScript, Hole, RenderedScript, ScriptSegment } from './script/script.ts';
export type * from './site.ts';
export { parse, parseExpression, parseSite } from './syntax/parse.ts';
export type * from './syntax/tree.ts';
export * from './syntax/words.ts';
export * from './text/diagnostic.ts';
export {
  diagnosticToJson,
  type JsonDiagnostic,
  type JsonFix,
  type JsonPlace,
} from './text/diagnostic-json.ts';
export { fixedText, insertAfter, insertBefore, insertLine, replaceBy } from './text/fix.ts';
export { type RenderOptions, renderDiagnostics } from './text/render.ts';
export * from './text/source.ts';
export { didYouMean } from './text/suggest.ts';
export { displayWidth } from './text/width.ts';
