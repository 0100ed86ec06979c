import { readFileSync } from 'node:fs';

/** The tables of the server's database (`schema.json`): names, types, keys; column types are PostgreSQL's. */
interface Schema {
  readonly tables: Readonly<Record<string, Readonly<Record<string, Table>>>>;
  readonly sequences: Readonly<Record<string, Sequence>>;
  /** Columns of each view. Nothing fills them here: they are made as empty tables. */
  readonly views: Readonly<Record<string, readonly string[]>>;
}

interface Table {
  readonly columns: Readonly<Record<string, string>>;
  readonly primaryKey?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  /** Columns; the first word may be `unique`. */
  readonly indexes?: readonly (readonly string[])[];
  readonly references?: readonly { readonly columns: readonly string[]; readonly table: string }[];
}

interface Sequence {
  readonly start: number;
  readonly increment: number;
  readonly max: number;
  readonly cycle: boolean;
}

/**
 * SQL that makes the whole database of a PanDA server, empty.
 *
 * Production partitions some tables by time; here they are plain tables, which no statement of the server can tell.
 */
export function tablesSql(): string {
  const path = new URL('schema.json', import.meta.url);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  const tables = Object.entries(schema.tables).flatMap(([space, tables]) =>
    Object.entries(tables).map(([name, table]) => [`${space}.${name}`, table] as const),
  );
  return [
    ...Object.keys(schema.tables).map((space) => `create schema ${space};`),
    ...Object.entries(schema.sequences).map(sequenceSql),
    ...tables.map(tableSql),
    ...tables.flatMap(indexesSql),
    ...tables.flatMap(referencesSql),
    ...Object.entries(schema.views).map(
      ([name, columns]) => `create table ${name} (${columns.map((c) => `${c} text`).join(', ')});`,
    ),
    extras,
  ].join('\n');
}

function sequenceSql([name, s]: readonly [string, Sequence]): string {
  const cycle = s.cycle ? 'cycle' : 'no cycle';
  const max = s.max < Number.MAX_SAFE_INTEGER ? `maxvalue ${s.max}` : 'no maxvalue';
  return `create sequence ${name} start ${s.start} increment ${s.increment} ${max} ${cycle};`;
}

function tableSql([name, table]: readonly [string, Table]): string {
  const lines = Object.entries(table.columns).map(([column, type]) => `"${column}" ${type}`);
  if (table.primaryKey) lines.push(`primary key (${list(table.primaryKey)})`);
  for (const columns of table.unique ?? []) lines.push(`unique (${list(columns)})`);
  return `create table ${name} (\n  ${lines.join(',\n  ')}\n);`;
}

/** An index by an expression, which the schema only names so, is left out: it makes nothing but speed. */
function indexesSql([name, table]: readonly [string, Table]): readonly string[] {
  return (table.indexes ?? [])
    .filter((words) => !words.includes('(expression)'))
    .map((words) => {
      const isUnique = words[0] === 'unique';
      const columns = isUnique ? words.slice(1) : words;
      return `create ${isUnique ? 'unique ' : ''}index on ${name} (${list(columns)});`;
    });
}

function referencesSql([name, table]: readonly [string, Table]): readonly string[] {
  return (table.references ?? []).map(
    (to) => `alter table ${name} add foreign key (${list(to.columns)}) references ${to.table};`,
  );
}

function list(columns: readonly string[]): string {
  return columns.map((c) => `"${c}"`).join(', ');
}

/** What the server expects of its database beyond tables: a function of Oracle's, and the time of a task's last change. */
const extras = `
create function doma_panda.bitor(a integer, b integer) returns integer
  language sql immutable as 'select a | b';

create function doma_panda.note_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.modificationtime is distinct from old.modificationtime then
    new.realmodificationtime := now() at time zone 'utc';
  end if;
  return new;
end $$;
create trigger note_change before insert or update on doma_panda.jedi_tasks
  for each row execute function doma_panda.note_change();
`;
