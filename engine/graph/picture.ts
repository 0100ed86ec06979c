import { type Checked, keyText } from '../../dsl/index.ts';
import { formatCount } from '../plan/format.ts';
import type { Plan } from '../plan/plan.ts';
import { instanceGraph, type StepEdge, type StepNode, stepGraph } from './graph-json.ts';

/** More boxes than this are no picture. */
const drawnInstances = 2_000;

/** A graph as it is drawn, in whatever format. */
export interface Picture {
  readonly title: string;
  readonly boxes: readonly PictureBox[];
  readonly edges: readonly StepEdge[];
}

export interface PictureBox {
  /** A step's name or an instance's. */
  readonly id: string;
  /** The first is the step's name. */
  readonly lines: readonly string[];
  /** Its keys are known at run time only. */
  readonly dynamic: boolean;
}

export function stepPicture(plan: Plan): Picture {
  const { nodes, edges } = stepGraph(plan);
  const boxes = nodes.map((node) => ({
    id: node.id,
    lines: [node.step, ...dimensionText(node), countText(node)],
    dynamic: node.dimensions.some((d) => d.endsWith('?')),
  }));
  return { title: plan.program.name, boxes, edges };
}

export function instancePicture(plan: Plan): Picture {
  const { nodes, edges } = instanceGraph(plan);
  const boxes = nodes.map(({ id, step, key }) => {
    const keys = Object.entries(key ?? {}).map(([name, value]) => `${name}=${keyText(value)}`);
    return { id, lines: [step, ...(keys.length > 0 ? [keys.join(', ')] : [])], dynamic: false };
  });
  const plain = edges.map((edge): StepEdge => ({ ...edge, kind: 'data', label: '' }));
  return { title: plan.program.name, boxes, edges: plain };
}

/**
 * The picture of a plan's instances for a format that lays it out for people. A plan with more than 2 000
 * gives none and E1004, which says what to use instead.
 */
export function readablePicture(plan: Plan): Checked<Picture | undefined> {
  if (plan.instances.min <= drawnInstances) {
    return { value: instancePicture(plan), diagnostics: [] };
  }
  const [count, most] = [formatCount(plan.instances.min), formatCount(drawnInstances)];
  const message = `${count} instances are too many for a picture (at most ${most})`;
  const hint =
    'the picture of the steps: leave out `--instances`; all instances: `--format dot` or `--format json`';
  return {
    value: undefined,
    diagnostics: [{ code: 'E1004', severity: 'error', message, hint }],
  };
}

function dimensionText({ dimensions }: StepNode): readonly string[] {
  return dimensions.length === 0 ? [] : [dimensions.join(' × ')];
}

function countText({ instances }: StepNode): string {
  return instances === '1' ? '1 instance' : `${instances} instances`;
}
