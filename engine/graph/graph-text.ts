import type { Checked } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import { dotText } from './dot.ts';
import { instanceGraph, stepGraph } from './graph-json.ts';
import { mermaidText } from './mermaid.ts';
import { instancePicture, readablePicture, stepPicture } from './picture.ts';
import { instanceGraphSvg, stepGraphSvg } from './svg.ts';

export const graphFormats = ['svg', 'dot', 'mermaid', 'json'] as const;

export type GraphFormat = (typeof graphFormats)[number];

/**
 * The graph of a plan's steps, or of its instances, as a document that ends with a line break. What is
 * laid out for people (svg, mermaid) is refused above 2 000 instances with E1004.
 */
export async function graphText(
  plan: Plan,
  format: GraphFormat,
  instances: boolean,
): Promise<Checked<string | undefined>> {
  switch (format) {
    case 'json': {
      const document = instances ? instanceGraph(plan) : stepGraph(plan);
      return good(`${JSON.stringify({ format: 1, ...document })}\n`);
    }
    case 'dot':
      return good(dotText(instances ? instancePicture(plan) : stepPicture(plan)));
    case 'mermaid': {
      if (!instances) return good(mermaidText(stepPicture(plan)));
      const { value, diagnostics } = readablePicture(plan);
      return { value: value && mermaidText(value), diagnostics };
    }
    case 'svg':
      return instances ? instanceGraphSvg(plan) : good(await stepGraphSvg(plan));
  }
}

function good(text: string): Checked<string> {
  return { value: text, diagnostics: [] };
}
