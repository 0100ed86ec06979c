import type { ExplainPage } from './page.ts';

const hello = `workflow hello
step greet {
  out text: file = "hello.txt"
  script bash """
    echo hello > @{text}
  """
}`;

/** Syntax: the pages of family E01. */
export const syntaxPages: readonly ExplainPage[] = [
  {
    code: 'E0100',
    title: 'this cannot be read, and no better words were found',
    text: `The text stops to make sense at the caret, and it fits none of the situations that have a message of
their own. The label lists what could have stood there.

Look at the line above as well: what ends too early or too late there often shows only here.`,
    wrong: '',
    right: hello,
  },
  {
    code: 'E0101',
    title: 'a string is never closed',
    text: `A string in double quotes ends on the line on which it begins. Text of several lines stands between
\`"""\` and \`"""\`: there quotes need no escape, common indentation is removed, and the first and last line are
dropped if they are blank.

A \`"""\` that is not closed would swallow all the rest of the file. Braid therefore lets it end before the next
declaration at the left margin, so that the other declarations are still checked.`,
    wrong: `workflow hello
let greeting = "hello`,
    right: `workflow hello
let greeting = "hello"`,
  },
  {
    code: 'E0102',
    title: 'a bracket or block is never closed',
    text: `Every \`{\`, \`(\`, \`[\` and \`@{\` needs its partner. A declaration word at the left margin cannot be inside a
block, so a block that is open there has lost its \`}\`. If a \`}\` stands further left than the line on which its
block begins, the block before it is the one that lost it.

To write the two characters \`@{\` in a string or script, write \`@@{\`.`,
    wrong: `workflow hello
step greet {
  resources { cpus = 1
}
let x = 3`,
    right: `workflow hello
step greet {
  resources { cpus = 1 }
}
let x = 3`,
  },
  {
    code: 'E0103',
    title: 'a value is missing',
    text: `After \`=\`, after an operator and after words like \`when\`, \`gather\` or \`where\` comes a value. It begins on
the same line; inside brackets and after an operator it may go on in the next.`,
    wrong: `workflow hello
step greet {
  resources { cpus = }
}`,
    right: `workflow hello
step greet {
  resources { cpus = 4 }
}`,
  },
  {
    code: 'E0104',
    title: 'a name, type, sign or word is missing',
    text: `A part that belongs to the form of the statement is not there. The hint shows the whole form. The most
common ones:

    step NAME for each NAME in LIST { ... }
    in NAME = STEP.OUTPUT
    out NAME: TYPE = "file"
    param NAME: TYPE = DEFAULT
    use "FILE.braid" as NAME
    call IMPORT as NAME { ... }
    script bash """ ... """`,
    wrong: `workflow hello
step greet for name in ["Rubin", "Fermi"] {
}`,
    right: `workflow hello
step greet for each name in ["Rubin", "Fermi"] {
}`,
  },
  {
    code: 'E0105',
    title: 'this word begins nothing that can stand here',
    text: `Each line of a block begins with a word that says what it is, and each block has its own: a step has
\`in\`, \`out\`, \`script\` and others, \`defaults\` only what steps can share, a site what sites provide. The same
holds for the declarations at the left margin, and for the ends that \`after\` and \`notify\` can name.

Words of other workflow systems are recognised; the hint then shows how Braid says it.`,
    wrong: `workflow hello
step greet {
  resource { cpus = 4 }
}`,
    right: `workflow hello
step greet {
  resources { cpus = 4 }
}`,
  },
  {
    code: 'E0106',
    title: 'this cannot be a name',
    text: `A name is a letter or \`_\`, then letters, digits and \`_\`. Words with which the language would otherwise
be ambiguous cannot be names: workflow, use, type, record, param, secret, location, let, step, call, output, for,
each, in, out, where, when, after, gather, over, via, if, then, else, and, or, not, to, true, false, none, script.

All other words of the language can: a step may be called \`retry\`. Columns and fields behind a dot may have any
name.`,
    wrong: `workflow hello
let out = 3`,
    right: `workflow hello
let result = 3`,
  },
  {
    code: 'E0107',
    title: 'this unit is not known',
    text: `Quantities are a number and a unit: \`90 s\`, \`1 d 12 h\`, \`4 GB\`, \`2.5 arcmin\`. Units are case-sensitive.

    time     ms s min h d wk
    size     B kB MB GB TB PB (powers of 1000), KiB MiB GiB TiB PiB (powers of 1024)
    angle    deg arcmin arcsec mas rad

\`m\` alone is refused, because it could be minutes or months.`,
    wrong: `workflow hello
let memory = 4 gb`,
    right: `workflow hello
let memory = 4 GB`,
  },
  {
    code: 'E0108',
    title: 'a closing bracket closes nothing',
    text: `There is no open bracket for this one, or the innermost open bracket is of another kind. Either this
one is too much, or an opening bracket is missing above it.`,
    wrong: `workflow hello
step greet {
  resources { cpus = 4 }
}
}`,
    right: `workflow hello
step greet {
  resources { cpus = 4 }
}`,
  },
  {
    code: 'E0109',
    title: 'a sign of another language',
    text: `Braid has few signs. \`=\` gives a value, \`==\` compares two, \`:\` stands before a type. Conditions are
written with \`and\`, \`or\` and \`not\`, strings with double quotes, names without \`$\`. There are no arrows: data
flow is written in the step that reads, \`in x = STEP.OUTPUT\`.`,
    wrong: `workflow hello
let both = true && false`,
    right: `workflow hello
let both = true and false`,
  },
  {
    code: 'E0111',
    title: 'the header is missing, or not where it belongs',
    text: `A workflow file is one workflow and begins with its name: \`workflow NAME\`, with a version and the
language's edition if wished: \`workflow NAME version "1.0" language 1\`. Comments may stand above it. A second
workflow goes into a file of its own, which \`use\` and \`call\` bring in.`,
    wrong: 'let x = 3',
    right: `workflow hello
let x = 3`,
  },
  {
    code: 'E0112',
    title: 'something follows what is already complete',
    text: `The statement up to here is complete, and this does not carry it on. Either an operator or a comma is
missing before it, or it begins a statement of its own and belongs on a new line. In blocks of fields a comma or
\`;\` will do as well.`,
    wrong: `workflow hello
let x = 3 4`,
    right: `workflow hello
let x = [3, 4]`,
  },
  {
    code: 'E0113',
    title: 'the file is too long',
    text: `A workflow file may have about a million characters (1 MiB). Long data does not belong in it: put rows in
a table and read it with \`csv("rows.csv")\` or \`jsonl("rows.jsonl")\`, names in a file and read them with
\`lines("names.txt")\`. Tables have no such limit, and a new row then reruns only what reads it.`,
    wrong: '',
    right: `workflow hello
param names: list<string> = lines("names.txt")`,
  },
  {
    code: 'E0114',
    title: 'the declaration is too long',
    text: `A single declaration may have 32 768 characters beside its strings, scripts and comments. Most often it is
a list that was pasted or generated: put it in a file and read it with \`lines("names.txt")\` or \`csv("rows.csv")\`.
A step that is too long is most often several steps.`,
    wrong: '',
    right: `workflow hello
param names: list<string> = lines("names.txt")`,
  },
  {
    code: 'E0115',
    title: 'this nests too deep',
    text: `Brackets may stand 64 deep in each other, operators 200 deep. Give a part of the expression a name with
\`let\` and use the name. A value may be defined by a chain of 200 others; what is longer is a list or a table.`,
    wrong: `workflow hello
let x = ${'('.repeat(65)}1${')'.repeat(65)}`,
    right: `workflow hello
let inner = 1
let x = (inner)`,
  },
  {
    code: 'E0116',
    title: 'this is not an escape',
    text: `In a string in double quotes a backslash begins an escape: \`\\n\` (new line), \`\\t\` (tab), \`\\"\`, \`\\\\\` and
\`\\u00e9\` (four hexadecimal digits). For a backslash itself write \`\\\\\`. Between \`"""\` there are no escapes.`,
    wrong: `workflow hello
let pattern = "\\d+"`,
    right: `workflow hello
let pattern = "\\\\d+"`,
  },
  {
    code: 'E0117',
    title: 'this is not a number',
    text: `A number begins and ends with a digit: \`0.5\`, \`5.0\`, \`1_000\`, \`2.5e-3\`. A range has two points: \`1..8\`.
Ints go up to 9 007 199 254 740 991, floats up to 1.79e308.`,
    wrong: `workflow hello
let x = .5`,
    right: `workflow hello
let x = 0.5`,
  },
  {
    code: 'E0118',
    title: 'this character means nothing here',
    text: `Outside strings and comments only letters, digits, \`_\` and the signs
\`= == != <= >= < > + - * / .. ?? . , ; : ? | % ( ) [ ] { }\` mean something. \`@{...}\` stands only inside strings
and scripts; elsewhere write the expression itself.`,
    wrong: `workflow hello
let x = 3
let y = @{x}`,
    right: `workflow hello
let x = 3
let y = x`,
  },
];
