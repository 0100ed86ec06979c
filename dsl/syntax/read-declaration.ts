import type { Node } from 'ohm-js';
import type { Span } from '../text/source.ts';
import { blockItems, checkStates } from './block-items.ts';
import { docAbove } from './doc.ts';
import { semantics } from './grammar.ts';
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
  return match.declaration(reader) as Declaration;
}

/** The header of a match that began with `OneHeader`. */
export function readHeader(reader: Reader, match: Node): Header {
  return match.header(reader) as Header;
}

/** The site of a match that began with `OneSite`. */
export function readSite(reader: Reader, match: Node): SiteSyntax {
  return match.site(reader) as SiteSyntax;
}

function readerOf(node: Node): Reader {
  return (node.args as { readonly reader: Reader }).reader;
}

/** What every named declaration has. */
function declared(node: Node, name: Node): { name: Name; doc: string; span: Span } {
  const reader = readerOf(node);
  const span = spanOfNode(reader, node);
  return { name: readName(reader, name), doc: docAbove(span), span };
}

function readVersion(reader: Reader, clause: Node): StringSyntax | undefined {
  const written = optional(clause);
  return written && readCutString(reader, written.child(1));
}

semantics.addOperation<Header>('header(reader)', {
  OneHeader(header, _end) {
    return header.header(readerOf(this));
  },
  Header(_workflow, name, version, language) {
    const reader = readerOf(this);
    const written = optional(language);
    return {
      name: readName(reader, name),
      version: readVersion(reader, version),
      language: written && readNumber(written.child(1)).value,
      span: spanOfNode(reader, this),
    };
  },
});

semantics.addOperation<Declaration>('declaration(reader)', {
  OneDecl(declaration, _nls, _end) {
    return declaration.declaration(readerOf(this));
  },
  UseDecl(_use, path, version, _as, name) {
    const reader = readerOf(this);
    return {
      kind: 'use',
      ...declared(this, name),
      path: readCutString(reader, path),
      version: readVersion(reader, version),
    };
  },
  TypeDecl(_type, name, _equals, alternatives) {
    const reader = readerOf(this);
    return {
      kind: 'type',
      ...declared(this, name),
      alternatives: membersOf(alternatives).map((each) => readCutString(reader, each)),
    };
  },
  RecordDecl(_record, name, key, fields) {
    const reader = readerOf(this);
    const written = optional(key);
    return {
      kind: 'record',
      ...declared(this, name),
      key: written ? membersOf(written.child(1)).map((each) => readWord(reader, each)) : [],
      fields: blockMembers(fields).map((field) => ({
        name: readWord(reader, field.child(0)),
        type: readType(reader, field.child(2)),
      })),
    };
  },
  ParamDecl(_param, name, type, value, where) {
    const reader = readerOf(this);
    return {
      kind: 'param',
      ...declared(this, name),
      type: readAnnotation(reader, type),
      default: readClause(reader, value),
      where: readClause(reader, where),
    };
  },
  SecretDecl(_secret, name) {
    return { kind: 'secret', ...declared(this, name) };
  },
  LocationDecl(_location, name, type) {
    return {
      kind: 'location',
      ...declared(this, name),
      type: readAnnotation(readerOf(this), type),
    };
  },
  LetDecl(_let, _name, _type, _equals, _value) {
    return readLet(readerOf(this), this);
  },
  EnvDecl(_env, name, fields) {
    return { kind: 'env', ...declared(this, name), fields: readFields(readerOf(this), fields) };
  },
  DefaultsDecl(_defaults, items) {
    const reader = readerOf(this);
    const span = spanOfNode(reader, this);
    return {
      kind: 'defaults',
      items: blockItems(reader, 'defaults', readItems(reader, items)),
      span,
    };
  },
  PolicyDecl(_policy, fields) {
    const reader = readerOf(this);
    return { kind: 'policy', fields: readFields(reader, fields), span: spanOfNode(reader, this) };
  },
  NotifyDecl(_notify, channel, _on, states) {
    const reader = readerOf(this);
    const on = readNames(reader, states);
    reader.diagnostics.push(...checkStates(on));
    return {
      kind: 'notify',
      channel: readExpression(reader, channel),
      on,
      span: spanOfNode(reader, this),
    };
  },
  StepDecl(_step, name, clause, items) {
    const reader = readerOf(this);
    return {
      kind: 'step',
      ...declared(this, name),
      for: readFor(reader, clause),
      items: blockItems(reader, 'step', readItems(reader, items)),
    };
  },
  CallDecl(_call, callee, _as, name, clause, block) {
    const reader = readerOf(this);
    const items = readItems(reader, block);
    return {
      kind: 'call',
      ...declared(this, name),
      callee: readName(reader, callee),
      for: readFor(reader, clause),
      items: blockItems(reader, 'call', items),
      arguments: items.filter((item) => item.kind === 'argument'),
    };
  },
  OutputDecl(_output, name, type, _equals, source, publish) {
    const reader = readerOf(this);
    return {
      kind: 'output',
      ...declared(this, name),
      type: readOptionalAnnotation(reader, type),
      source: readSource(reader, source),
      publish: readClause(reader, publish),
    };
  },
});

semantics.addOperation<SiteSyntax | SiteItem>('site(reader)', {
  OneSite(site, _nls, _end) {
    return site.site(readerOf(this));
  },
  SiteDecl(_site, name, items) {
    const reader = readerOf(this);
    return {
      kind: 'site',
      name: readName(reader, name),
      items: blockMembers(items).map((item) => item.site(reader) as SiteItem),
      span: spanOfNode(reader, this),
    };
  },
  RunnerItem(_runner, runner, fields) {
    const reader = readerOf(this);
    return {
      kind: 'runner',
      runner: readName(reader, runner),
      fields: readOptionalFields(reader, fields),
      span: spanOfNode(reader, this),
    };
  },
  StorageItem(_storage, fields) {
    const reader = readerOf(this);
    return { kind: 'storage', fields: readFields(reader, fields), span: spanOfNode(reader, this) };
  },
  LocationBind(_location, name, _equals, value) {
    return { kind: 'location', ...bound(this, name, value) };
  },
  ParamBind(_param, name, _equals, value) {
    return { kind: 'param', ...bound(this, name, value) };
  },
  SiteEnv(_env, name, fields) {
    const reader = readerOf(this);
    return {
      kind: 'env',
      name: readName(reader, name),
      fields: readFields(reader, fields),
      span: spanOfNode(reader, this),
    };
  },
  TuneItem(_tune, patterns, items) {
    const reader = readerOf(this);
    return {
      kind: 'tune',
      patterns: membersOf(patterns).map((pattern) => readWord(reader, pattern)),
      items: blockItems(reader, 'tune', readItems(reader, items)),
      span: spanOfNode(reader, this),
    };
  },
  ChannelItem(_channel, name, _equals, value) {
    const reader = readerOf(this);
    return {
      kind: 'channel',
      name: readCutString(reader, name),
      value: readExpression(reader, value),
      span: spanOfNode(reader, this),
    };
  },
});

function bound(node: Node, name: Node, value: Node) {
  const reader = readerOf(node);
  return {
    name: readName(reader, name),
    value: readExpression(reader, value),
    span: spanOfNode(reader, node),
  };
}
