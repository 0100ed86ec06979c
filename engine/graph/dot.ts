import type { StepEdge } from './graph-json.ts';
import type { Picture, PictureBox } from './picture.ts';

/**
 * A picture for Graphviz: `dot -Tpdf`, or `sfdp` for thousands of boxes. The language is that of
 * https://graphviz.org/doc/info/lang.html; boxes are called as steps and instances are.
 */
export function dotText({ title, boxes, edges }: Picture): string {
  const lines = [
    `digraph ${quoted(title)} {`,
    '  rankdir = TB',
    '  node [shape = box, style = "rounded,filled", fillcolor = "#eef4fb", color = "#2b5c8a", fontname = "Helvetica"]',
    '  edge [color = "#4a5a68", fontname = "Helvetica", fontsize = 10]',
    ...boxes.map((box) => `  ${quoted(box.id)} [${boxAttributes(box)}]`),
    ...edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)}${edgeAttributes(edge)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function boxAttributes({ lines, dynamic }: PictureBox): string {
  const label = `label = "${lines.map(escaped).join('\\n')}"`;
  if (!dynamic) return label;
  return `${label}, style = "rounded,filled,dashed", fillcolor = "#fdf3e1", color = "#8a5a00"`;
}

/** Kinds of arrows differ in their dashes, not in colour alone. */
const edgeStyles: Readonly<Record<StepEdge['kind'], string | undefined>> = {
  data: undefined,
  previous: 'style = dashed, color = "#7b2d8e"',
  keys: 'style = dotted, color = "#8a5a00"',
  after: 'style = dotted, color = "#7a8590"',
};

function edgeAttributes({ kind, label }: StepEdge): string {
  const attributes = [label === '' ? undefined : `label = ${quoted(label)}`, edgeStyles[kind]];
  const given = attributes.filter((each) => each !== undefined);
  return given.length === 0 ? '' : ` [${given.join(', ')}]`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** In labels `\n`, `\N` and others are replaced: a backslash has to be doubled. */
function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
