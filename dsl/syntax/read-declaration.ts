import type { Span } from '../text/source.ts';
import { blockItems, checkStates } from './block-items.ts';
import { docAbove } from './doc.ts';
import { type Actions, act, type Node } from './node.ts';
import { readClause, readCutString, readExpression, readNumber } from './read-expression.ts';
import {
  readAnnotation,
  readFields,
  readFor,
  readItems,
  readLet,
  readOptionalAnnotation,
  readOptionalFields,
  readSource,
  readType,
} from './read-item.ts';
import {
  blockMembers,
  membersOf,
  optional,
  type Reader,
  readName,
  readNames,
  readWord,
  spanOfNode,
} from './reader.ts';
import type { Declaration, Header, Name, SiteItem, SiteSyntax, StringSyntax } from './tree.ts';

/** The declaration of a match that began with `OneDecl`. */
export function readDeclaration(reader: Reader, match: Node): Declaration {
  return act(declarationActions, reader, match.child(0));
}

/** The header of a match that began with `OneHeader`. */
export function readHeader(reader: Reader, match: Node): Header {
  const header = match.child(0);
  const [, name, version, language] = header.children as [Node, Node, Node, Node];
  const written = optional(language);
  return {
    name: readName(reader, name),
    version: readVersion(reader, version),
    language: written && readNumber(written.child(1)).value,
    span: spanOfNode(reader, header),
  };
}

/** The site of a match that began with `OneSite`. */
export function readSite(reader: Reader, match: Node): SiteSyntax {
  const site = match.child(0);
  const [, name, items] = site.children as [Node, Node, Node];
  return {
    kind: 'site',
    name: readName(reader, name),
    items: blockMembers(items).map((item) => act(siteItemActions, reader, item)),
    span: spanOfNode(reader, site),
  };
}

/** What every named declaration has. */
function declared(reader: Reader, node: Node, name: Node): { name: Name; doc: string; span: Span } {
  const span = spanOfNode(reader, node);
  return { name: readName(reader, name), doc: docAbove(span), span };
}

function readVersion(reader: Reader, clause: Node): StringSyntax | undefined {
  const written = optional(clause);
  return written && readCutString(reader, written.child(1));
}

/** What each rule of a declaration says. */
export const declarationActions: Actions<Reader, Declaration> = {
  UseDecl(reader, node, _use, path, version, _as, name) {
    return {
      kind: 'use',
      ...declared(reader, node, name),
      path: readCutString(reader, path),
      version: readVersion(reader, version),
    };
  },
  TypeDecl(reader, node, _type, name, _equals, alternatives) {
    return {
      kind: 'type',
      ...declared(reader, node, name),
      alternatives: membersOf(alternatives).map((each) => readCutString(reader, each)),
    };
  },
  RecordDecl(reader, node, _record, name, key, fields) {
    const written = optional(key);
    return {
      kind: 'record',
      ...declared(reader, node, name),
      key: written ? membersOf(written.child(1)).map((each) => readWord(reader, each)) : [],
      fields: blockMembers(fields).map((field) => ({
        name: readWord(reader, field.child(0)),
        type: readType(reader, field.child(2)),
      })),
    };
  },
  ParamDecl(reader, node, _param, name, type, value, where) {
    return {
      kind: 'param',
      ...declared(reader, node, name),
      type: readAnnotation(reader, type),
      default: readClause(reader, value),
      where: readClause(reader, where),
    };
  },
  SecretDecl(reader, node, _secret, name) {
    return { kind: 'secret', ...declared(reader, node, name) };
  },
  LocationDecl(reader, node, _location, name, type) {
    return {
      kind: 'location',
      ...declared(reader, node, name),
      type: readAnnotation(reader, type),
    };
  },
  LetDecl(reader, node, _let, _name, _type, _equals, _value) {
    return readLet(reader, node);
  },
  EnvDecl(reader, node, _env, name, fields) {
    return { kind: 'env', ...declared(reader, node, name), fields: readFields(reader, fields) };
  },
  DefaultsDecl(reader, node, _defaults, items) {
    const span = spanOfNode(reader, node);
    return {
      kind: 'defaults',
      items: blockItems(reader, 'defaults', readItems(reader, items)),
      span,
    };
  },
  PolicyDecl(reader, node, _policy, fields) {
    return { kind: 'policy', fields: readFields(reader, fields), span: spanOfNode(reader, node) };
  },
  NotifyDecl(reader, node, _notify, channel, _on, states) {
    const on = readNames(reader, states);
    reader.diagnostics.push(...checkStates(on));
    return {
      kind: 'notify',
      channel: readExpression(reader, channel),
      on,
      span: spanOfNode(reader, node),
    };
  },
  StepDecl(reader, node, _step, name, clause, items) {
    return {
      kind: 'step',
      ...declared(reader, node, name),
      for: readFor(reader, clause),
      items: blockItems(reader, 'step', readItems(reader, items)),
    };
  },
  CallDecl(reader, node, _call, callee, _as, name, clause, block) {
    const items = readItems(reader, block);
    return {
      kind: 'call',
      ...declared(reader, node, name),
      callee: readName(reader, callee),
      for: readFor(reader, clause),
      items: blockItems(reader, 'call', items),
      arguments: items.filter((item) => item.kind === 'argument'),
    };
  },
  OutputDecl(reader, node, _output, name, type, _equals, source, publish) {
    return {
      kind: 'output',
      ...declared(reader, node, name),
      type: readOptionalAnnotation(reader, type),
      source: readSource(reader, source),
      publish: readClause(reader, publish),
    };
  },
};

/** What each rule of a site's block says. */
export const siteItemActions: Actions<Reader, SiteItem> = {
  RunnerItem(reader, node, _runner, runner, fields) {
    return {
      kind: 'runner',
      runner: readName(reader, runner),
      fields: readOptionalFields(reader, fields),
      span: spanOfNode(reader, node),
    };
  },
  StorageItem(reader, node, _storage, fields) {
    return { kind: 'storage', fields: readFields(reader, fields), span: spanOfNode(reader, node) };
  },
  LocationBind(reader, node, _location, name, _equals, value) {
    return { kind: 'location', ...bound(reader, node, name, value) };
  },
  ParamBind(reader, node, _param, name, _equals, value) {
    return { kind: 'param', ...bound(reader, node, name, value) };
  },
  SiteEnv(reader, node, _env, name, fields) {
    return {
      kind: 'env',
      name: readName(reader, name),
      fields: readFields(reader, fields),
      span: spanOfNode(reader, node),
    };
  },
  TuneItem(reader, node, _tune, patterns, items) {
    return {
      kind: 'tune',
      patterns: membersOf(patterns).map((pattern) => readWord(reader, pattern)),
      items: blockItems(reader, 'tune', readItems(reader, items)),
      span: spanOfNode(reader, node),
    };
  },
  ChannelItem(reader, node, _channel, name, _equals, value) {
    return {
      kind: 'channel',
      name: readCutString(reader, name),
      value: readExpression(reader, value),
      span: spanOfNode(reader, node),
    };
  },
};

function bound(reader: Reader, node: Node, name: Node, value: Node) {
  return {
    name: readName(reader, name),
    value: readExpression(reader, value),
    span: spanOfNode(reader, node),
  };
}
