import type { ElkNode } from 'elkjs/lib/elk.bundled.js';

/** A box to be placed; sizes in pixels. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** An arrow to be drawn; a label takes room of its own. */
export interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: Box | undefined;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners, by id. */
  readonly boxes: ReadonlyMap<string, Point>;
  readonly arrows: ReadonlyMap<
    string,
    { readonly points: readonly Point[]; readonly label: Point | undefined }
  >;
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'SPLINES',
  'elk.layered.spacing.nodeNodeBetweenLayers': '30',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': '40',
  'elk.spacing.edgeNode': '24',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.padding': '[top=20,left=20,bottom=20,right=20]',
};

/** Hundreds of boxes: ELK's finer work would take minutes, and nobody would see it. */
const coarse = {
  'elk.edgeRouting': 'POLYLINE',
  'elk.layered.thoroughness': '1',
  'elk.layered.nodePlacement.strategy': 'SIMPLE',
  'elk.layered.considerModelOrder.strategy': 'NONE',
};

const coarseBoxes = 150;

/** A label stands on its line. */
const inline = { 'elk.edgeLabels.inline': 'true' };

/** Layers from top to bottom, by ELK; the same input always gives the same picture. */
export async function layOut(boxes: readonly Box[], arrows: readonly Arrow[]): Promise<Layout> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  const elk = new Elk.default();
  const graph: ElkNode = {
    id: 'graph',
    layoutOptions: boxes.length > coarseBoxes ? { ...options, ...coarse } : options,
    children: boxes.map((box) => ({ ...box })),
    edges: arrows.map(({ id, from, to, label }) => ({
      id,
      sources: [from],
      targets: [to],
      labels: label ? [{ ...label, text: label.id, layoutOptions: inline }] : [],
    })),
  };
  const placed: ElkNode = await elk.layout(graph);
  const corners = (placed.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }] as const);
  const lines = (placed.edges ?? []).map(({ id, sections = [], labels = [] }) => {
    const points = sections.flatMap((s) => [s.startPoint, ...(s.bendPoints ?? []), s.endPoint]);
    const [first] = labels;
    const label = first && { x: first.x ?? 0, y: first.y ?? 0 };
    return [id, { points, label }] as const;
  });
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: new Map(corners),
    arrows: new Map(lines),
  };
}
