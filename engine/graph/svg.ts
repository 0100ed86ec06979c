import type { Checked } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepEdge } from './graph-json.ts';
import { type Arrow, type Box, type Layout, layOut, type Point } from './layout.ts';
import { type Picture, type PictureBox, readablePicture, stepPicture } from './picture.ts';

/** A picture of a plan's steps: an SVG document, the same for the same plan. */
export function stepGraphSvg(plan: Plan): Promise<string> {
  return draw(stepPicture(plan));
}

/**
 * A picture of a plan's instances. A plan with more than 2 000 gives no picture and E1004, which says what
 * to use instead.
 */
export async function instanceGraphSvg(plan: Plan): Promise<Checked<string | undefined>> {
  const { value, diagnostics } = readablePicture(plan);
  return { value: value && (await draw(value)), diagnostics };
}

const lineHeight = 18;
const padding = 14;

async function draw({ title, boxes, edges }: Picture): Promise<string> {
  const sized = boxes.map(
    ({ id, lines }): Box => ({
      id,
      width: Math.max(96, ...lines.map((line, at) => textWidth(line, at === 0))) + 2 * padding,
      height: lines.length * lineHeight + 2 * padding - 6,
    }),
  );
  const arrows = edges.map(({ from, to, label }, at): Arrow => {
    const size = { width: textWidth(label, false) * 0.9 + 10, height: 16 };
    return { id: `e${at}`, from, to, label: label === '' ? undefined : { id: label, ...size } };
  });
  const layout = await layOut(sized, arrows);
  const drawn = [
    ...edges.map((edge, at) => arrowSvg(edge, arrows[at]!, layout)),
    ...boxes.map((box, at) => boxSvg(box, sized[at]!, layout.boxes.get(box.id) ?? { x: 0, y: 0 })),
  ];
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '<defs>',
    ...['data', 'previous', 'keys', 'after'].map(arrowHead),
    '</defs>',
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

// Contrast with the ground at least 4.5 for text and 3 for lines (WCAG 2.2); kinds of arrows differ in
// their dashes too, not in colour alone.
const style = [
  '.ground{fill:#fff}',
  'text{font-family:"Inter","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:#17202a}',
  '.box{fill:#eef4fb;stroke:#2b5c8a;stroke-width:1.5}',
  '.dynamic{fill:#fdf3e1;stroke:#8a5a00;stroke-dasharray:6 3}',
  '.name{font-size:14px;font-weight:600}',
  '.more{font-size:12px;fill:#44525f}',
  '.arrow{fill:none;stroke-width:1.5}',
  '.data{stroke:#4a5a68}.previous{stroke:#7b2d8e;stroke-dasharray:7 4}',
  '.keys{stroke:#8a5a00;stroke-dasharray:2 3}.after{stroke:#7a8590;stroke-dasharray:1 4}',
  '.label{font-size:11px;fill:#44525f}',
].join('');

const headColors: Readonly<Record<string, string>> = {
  data: '#4a5a68',
  previous: '#7b2d8e',
  keys: '#8a5a00',
  after: '#7a8590',
};

function arrowHead(kind: string): string {
  return `<marker id="head-${kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="${headColors[kind]}"/></marker>`;
}

function boxSvg({ lines, dynamic }: PictureBox, { width, height }: Box, { x, y }: Point): string {
  const middle = round(x + width / 2);
  const texts = lines.map((line, at) => {
    const baseline = round(y + padding + 10 + at * lineHeight);
    const name = at === 0 ? 'name' : 'more';
    return `<text class="${name}" x="${middle}" y="${baseline}" text-anchor="middle">${escaped(line)}</text>`;
  });
  const shape = dynamic ? 'box dynamic' : 'box';
  return `<g><rect class="${shape}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="9"/>${texts.join('')}</g>`;
}

function arrowSvg({ kind, label }: StepEdge, arrow: Arrow, layout: Layout): string {
  const route = layout.arrows.get(arrow.id);
  if (!route) return '';
  const line = `<path class="arrow ${kind}" d="${pathOf(route.points)}" marker-end="url(#head-${kind})"/>`;
  if (!route.label || !arrow.label) return line;
  const x = round(route.label.x + arrow.label.width / 2);
  const y = round(route.label.y + 12);
  const { width, height } = arrow.label;
  const ground = `<rect class="ground" x="${round(route.label.x)}" y="${round(route.label.y)}" width="${round(width)}" height="${height}"/>`;
  return `${line}${ground}<text class="label" x="${x}" y="${y}" text-anchor="middle">${escaped(label)}</text>`;
}

/** ELK gives the control points of cubic curves after the first point, three each. */
function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points.map(({ x, y }) => `${round(x)} ${round(y)}`);
  if (rest.length % 3 !== 0) return `M${start}L${rest.join(' ')}`;
  const curves: string[] = [];
  for (let at = 0; at < rest.length; at += 3) curves.push(`C${rest.slice(at, at + 3).join(' ')}`);
  return `M${start}${curves.join('')}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** An estimate that suits the named fonts: layout must not depend on the machine's. */
function textWidth(text: string, bold: boolean): number {
  let width = 0;
  for (const character of text)
    width += /[ilj.,:;'|! ]/.test(character) ? 4 : /[mwMW×]/.test(character) ? 10.5 : 7;
  return width * (bold ? 1.18 : 1);
}

function escaped(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[c]};`,
  );
}
