import type { StepEdge } from './graph-json.ts';
import type { Picture, PictureBox } from './picture.ts';

/** A picture for Mermaid, as Markdown pages show it: https://mermaid.js.org/syntax/flowchart.html. */
export function mermaidText({ title, boxes, edges }: Picture): string {
  // Words such as `end` cannot be names there: boxes are numbered.
  const numbers = new Map(boxes.map(({ id }, at) => [id, `n${at}`]));
  const arrows = edges.flatMap((edge) => {
    const [from, to] = [numbers.get(edge.from), numbers.get(edge.to)];
    return from && to ? [`  ${from} ${arrowOf(edge)} ${to}`] : [];
  });
  const dynamic = boxes.filter((box) => box.dynamic).map(({ id }) => numbers.get(id));
  const lines = [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    'flowchart TB',
    ...boxes.map((box) => `  ${numbers.get(box.id)}${shapeOf(box)}`),
    ...arrows,
    ...(dynamic.length === 0
      ? []
      : ['  classDef dynamic stroke-dasharray: 6 3', `  class ${dynamic.join(',')} dynamic`]),
  ];
  return `${lines.join('\n')}\n`;
}

function shapeOf({ lines }: PictureBox): string {
  return `("${lines.map(escaped).join('<br/>')}")`;
}

/** What is no data is drawn with dots. */
function arrowOf({ kind, label }: StepEdge): string {
  const line = kind === 'data' ? '-->' : '-.->';
  return label === '' ? line : `${line}|"${escaped(label)}"|`;
}

/** Between quotes Mermaid reads HTML, Markdown behind a backtick, and entities as `#NUMBER;`. */
function escaped(text: string): string {
  return text.replace(/["#&<>`\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
