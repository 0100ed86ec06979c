/** Values of other languages, as they are written here. */
export const foreignValues: ReadonlyMap<string, string> = new Map(
  Object.entries({
    True: 'true',
    TRUE: 'true',
    yes: 'true',
    on: 'true',
    False: 'false',
    FALSE: 'false',
    no: 'false',
    off: 'false',
    None: 'none',
    null: 'none',
    NULL: 'none',
    nil: 'none',
    undefined: 'none',
  }),
);

/** Functions of other languages, and what is written for them here. */
export const foreignFunctions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    range: 'a range has both ends: `1..3`',
    length: '`len(xs)`',
    size: '`len(xs)`',
    count: '`len(xs)`',
    read_csv: '`csv("FILE.csv")`',
    readcsv: '`csv("FILE.csv")`',
    tsv: 'a table has commas between its cells: `csv("FILE.csv")`',
    open: '`text("FILE")`, `lines("FILE")`, `csv("FILE")` or `json("FILE")`',
    read: '`text("FILE")`, `lines("FILE")`, `csv("FILE")` or `json("FILE")`',
    glob: '`files("PATTERN")`',
    expand: 'one instance for each value: `for each x in xs` in the step',
    string: '`str(x)`',
    format: 'in a string: `"@{x}"`',
    print: 'a workflow prints nothing; a script does: `script bash """ echo ... """`',
    int: '`floor(x)`, `ceil(x)` or `round(x)`',
    map: 'a list of all: `[f for x in xs]`',
    filter: 'a list of some: `[x for x in xs where ...]`',
    unique: 'distinct values of columns: `for each (a, b) in table`',
    merge: 'the natural join of two tables: `join(a, b)`',
    sort: '`sorted(xs)`',
    mean: '`sum(xs) / len(xs)`',
    random: 'expressions always give the same: give a seed as a `param`, or make one of the key',
    rand: 'expressions always give the same: give a seed as a `param`, or make one of the key',
    now: 'expressions have no clock: give the date as a `param`',
    today: 'expressions have no clock: give the date as a `param`',
    date: 'expressions have no clock: give the date as a `param`',
    env: 'expressions see no environment: give it as a `param`, or let the site fill a `location`',
    getenv:
      'expressions see no environment: give it as a `param`, or let the site fill a `location`',
  }),
);
