import type { Expression } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { inferField, inferIndex, inferName, inferSelect } from './infer-access.ts';
import { inferCall } from './infer-call.ts';
import { inferComprehension, inferList, inferMap } from './infer-collection.ts';
import {
  inferBinary,
  inferCoalesce,
  inferConvert,
  inferIf,
  inferQuantity,
  inferRange,
  inferUnary,
} from './infer-operator.ts';
import { inferString } from './infer-text.ts';
import type { Type } from './type.ts';
import { noneType, simple } from './type-relation.ts';

/**
 * The type of an expression; `unknown` after an error, which is reported once. `wanted` guides literals
 * (strings of closed types, lists, records) and readers; the caller still compares (`expectType`).
 */
export function infer(node: Expression, context: Context, wanted?: Type): Type {
  const type = inferKind(node, context, wanted);
  if (type.kind === 'unknown') context.types.delete(node);
  else context.types.set(node, type);
  return type;
}

function inferKind(node: Expression, outer: Context, wanted: Type | undefined): Type {
  // `??` excuses only the read that is its whole left side, or a nested `??`.
  const context =
    outer.allowsAbsent && node.kind !== 'field' && node.kind !== 'coalesce'
      ? { ...outer, allowsAbsent: false }
      : outer;
  switch (node.kind) {
    case 'number':
      return simple(node.integer ? 'int' : 'float');
    case 'percent':
      return simple('percent');
    case 'quantity':
      return inferQuantity(node, context);
    case 'boolean':
      return simple('bool');
    case 'none':
      return noneType;
    case 'string':
      return inferString(node, context, wanted);
    case 'name':
      return inferName(node, context);
    case 'list':
      return inferList(node, context, wanted);
    case 'map':
      return inferMap(node, context, wanted);
    case 'comprehension':
      return inferComprehension(node, context, wanted);
    case 'if':
      return inferIf(node, context, wanted);
    case 'coalesce':
      return inferCoalesce(node, context, wanted);
    case 'binary':
      return inferBinary(node, context);
    case 'unary':
      return inferUnary(node, context);
    case 'range':
      return inferRange(node, context);
    case 'convert':
      return inferConvert(node, context);
    case 'field':
      return inferField(node, context);
    case 'select':
      return inferSelect(node, context);
    case 'index':
      return inferIndex(node, context);
    case 'call':
      return inferCall(node, context, wanted);
  }
}
