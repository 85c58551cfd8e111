// Mixture of experts: a router chooses some experts per token; their gated MLPs run together with the shared ones.
// The experts of a layer are two matrices, [E, gate and up in turn, M] and [E, M, F], whatever the checkpoint's layout; a shared
// expert whose inner width is a multiple of F is cut into experts of that width, which every token takes.
import type { Fields } from '../../formats/fields.ts';
import { type ActivationName, type GraphBuilder, MAX_EXPERTS, type Routing, type Tensor } from '../../graph/graph.ts';
import { blockMatrix, matrix, type Placement, type VectorSpec, type WeightSource } from '../../graph/weights.ts';
import { alignUp } from '../../tensor/dtype.ts';
import type { Layout } from '../model.ts';
import { gatedMlp } from './mlp.ts';

export interface MoeBlock {
  /** Name of the block in the checkpoint, such as `model.layers.0.mlp`. */
  name: string;
  /** Model width M. */
  width: number;
  /** Inner width F of one expert. */
  inner: number;
  activation: ActivationName;
  routing: RoutingChoice;
  /** Name of the router's weight, [E, M]. */
  router: string;
  /** Added to the scores for choosing only, [E]. */
  bias?: VectorSpec | undefined;
  shared?: SharedExpert | undefined;
  /** Where to put the router's logits out. */
  logitsOutput?: string | undefined;
}

/** What the configuration says about choosing. */
export type RoutingChoice = Omit<Routing, 'shared' | 'sharedInSlots' | 'sharedGate'>;

export interface SharedExpert {
  /** Name in the checkpoint, such as `model.layers.0.mlp.shared_expert`. */
  name: string;
  /** Inner width. */
  inner: number;
  /** Name of the weight of its gate, [1, M]. */
  gate?: string | undefined;
}

/** @throws {ConfigError} more experts per token than there are, or groups that do not divide them. */
export function checkRouting(config: Fields, routing: RoutingChoice, chosenField: string): void {
  const { experts, chosen, groups, chosenGroups } = routing;
  const reachable = (experts / groups) * chosenGroups;
  if (experts > MAX_EXPERTS / 2) {
    throw config.wrong('num_experts', `at most ${MAX_EXPERTS / 2}`, String(experts));
  }
  if (experts % groups !== 0 || chosenGroups > groups) {
    throw config.wrong(
      'n_group',
      `a divisor of ${experts} experts, at least topk_group`,
      `${groups} and ${chosenGroups}`,
    );
  }
  if (chosen > reachable)
    throw config.wrong(chosenField, `at most the ${reachable} experts to choose from`, String(chosen));
}

/** x: [rows, M] → [rows, M] */
export function mixtureOfExperts(g: GraphBuilder, x: Tensor, layout: Layout, block: MoeBlock): Tensor {
  const { name, width, inner, activation, shared, router } = block;
  const sharedInSlots = shared !== undefined && shared.inner % inner === 0;
  const routing: Routing = {
    ...block.routing,
    shared: shared ? (sharedInSlots ? shared.inner / inner : 1) : 0,
    sharedInSlots,
    sharedGate: shared?.gate !== undefined,
  };
  const scores = [
    { tensor: router, rows: routing.experts },
    ...(shared?.gate ? [{ tensor: shared.gate, rows: 1 }] : []),
  ];
  const logits = g.linear(x, matrix(scores, width, { role: 'router' })); // [rows, E] or [rows, E + 1]
  if (block.logitsOutput) g.output(block.logitsOutput, logits);
  const routes = g.route(logits, routing, block.bias);
  const weights = expertWeights(layout, `${name}.experts`, width, inner, routing, sharedInSlots ? shared : undefined);
  const hidden = g.experts(x, routes, routing, weights.gateUp, activation); // [rows, slots, F]
  const outputs = g.experts(hidden, routes, routing, weights.down); // [rows, slots, M]
  const apart =
    shared && !sharedInSlots
      ? gatedMlp(g, x, { name: shared.name, width, inner: shared.inner, activation, bias: false })
      : undefined;
  return g.sumSlots(outputs, routes, routing, width, apart);
}

/** The two matrices of a layer's experts, from one tensor per expert or from fused ones, with the shared expert's pieces behind. */
function expertWeights(
  layout: Layout,
  name: string,
  width: number,
  inner: number,
  { experts, shared }: Routing,
  sharedExpert: SharedExpert | undefined,
) {
  const gateUpRows = 2 * alignUp(inner, 8);
  const downRows = alignUp(width, 8);
  const blocks = experts + (sharedExpert ? shared : 0);
  const gateUp: WeightSource[] = [];
  const down: WeightSource[] = [];
  // [E, rows, columns]
  const fused = (projection: string, rows: number, columns: number, place: Placement): WeightSource => ({
    tensor: `${name}.${projection}`,
    rows: experts * rows,
    shape: [experts, rows, columns],
    place,
  });
  const isPaired = layout.has(`${name}.gate_up_proj`); // gate, then up
  if (isPaired || layout.has(`${name}.gate_proj`)) {
    const half = (first: number): Placement => ({ first, counts: [1, inner], strides: [gateUpRows, 0, 2] });
    const both: Placement = { first: 0, counts: [2, inner], strides: [gateUpRows, 1, 2] };
    if (isPaired) gateUp.push(fused('gate_up_proj', 2 * inner, width, both));
    else gateUp.push(fused('gate_proj', inner, width, half(0)), fused('up_proj', inner, width, half(1)));
    down.push(fused('down_proj', width, inner, { first: 0, counts: [1, width], strides: [downRows, 0, 1] }));
  } else {
    for (let e = 0; e < experts; e++) {
      const one = (projection: string, rows: number, first: number, stride: number): WeightSource => ({
        tensor: `${name}.${e}.${projection}.weight`,
        rows,
        place: { first, counts: [1, rows], strides: [0, 0, stride] },
      });
      gateUp.push(one('gate_proj', inner, e * gateUpRows, 2), one('up_proj', inner, e * gateUpRows + 1, 2));
      down.push(one('down_proj', width, e * downRows, 1));
    }
  }
  if (sharedExpert) {
    const first = experts * gateUpRows;
    const part = (projection: string, offset: number): WeightSource => ({
      tensor: `${sharedExpert.name}.${projection}.weight`,
      rows: shared * inner,
      place: { first: first + offset, counts: [1, inner], strides: [gateUpRows, 0, 2] },
    });
    gateUp.push(part('gate_proj', 0), part('up_proj', 1));
    // Row m of [M, n · F] is n rows of F, one for each piece.
    down.push({
      tensor: `${sharedExpert.name}.down_proj.weight`,
      rows: width * shared,
      shape: [width, shared * inner],
      place: { first: experts * downRows, counts: [1, shared], strides: [1, 0, downRows] },
    });
  }
  return {
    gateUp: blockMatrix(`${name}: gate and up`, gateUp, { blocks, blockRows: gateUpRows, width }),
    down: blockMatrix(`${name}: down`, down, { blocks, blockRows: downRows, width: inner }),
  };
}
