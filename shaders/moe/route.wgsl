// Chooses the experts of each row and their weights.
//   s_e = softmax_e(logits), or sigmoid(logits_e) when SIGMOID;  c_e = s_e + bias_e (only for choosing)
// Where there are GROUPS, only the CHOSEN_GROUPS whose two largest c sum highest stay. The CHOSEN experts with the largest c,
// ties to the lower index, are taken in that order with weight s_e, divided by their sum when NORMALIZE, times SCALE.
// SHARED more slots follow: experts EXPERTS, EXPERTS + 1, …, all with weight 1, or sigmoid of the last logit when SHARED_GATE.
// One workgroup a row; an expert's place is the number of experts before it, so nothing is sorted. Dispatch: (rows).

// @use shape
// EXPERTS, CHOSEN, GROUPS, CHOSEN_GROUPS, SHARED
override WG: u32 = 64u;
override LOGIT_STRIDE: u32;
override ROUTE_STRIDE: u32;
override SIGMOID: bool;
override BIAS: bool;
override NORMALIZE: bool;
override FLOOR: f32; // added to the sum that divides
override SCALE: f32;
override SHARED_GATE: bool;

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [R, E] or [R, E + 1]
@group(0) @binding(1) var<storage, read> bias: array<f32>; // [E]
@group(0) @binding(2) var<storage, read_write> routes: array<u32>; // [R, slots expert ids, then slots weights]

// @use reduce

const SLOTS = CHOSEN + SHARED;
const GROUP_SIZE = EXPERTS / GROUPS;
const LEAST = -3.0e38; // below every score

var<workgroup> scores: array<f32, EXPERTS>;
var<workgroup> choice: array<f32, EXPERTS>;
var<workgroup> group_scores: array<f32, GROUPS>;
var<workgroup> chosen_ids: array<u32, CHOSEN>;

// Whether group g is among the CHOSEN_GROUPS best.
fn group_stays(g: u32) -> bool {
  var before = 0u;
  for (var other = 0u; other < GROUPS; other++) {
    let better = group_scores[other] > group_scores[g] || (group_scores[other] == group_scores[g] && other < g);
    before += select(0u, 1u, better);
  }
  return before < CHOSEN_GROUPS;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let base = group.x * LOGIT_STRIDE;
  var top = 0.0;
  var total = 1.0;
  if (!SIGMOID) {
    var largest = LEAST;
    for (var e = lid; e < EXPERTS; e += WG) {
      largest = max(largest, logits[base + e]);
    }
    top = workgroup_max(largest, lid);
    var sum = 0.0;
    for (var e = lid; e < EXPERTS; e += WG) {
      sum += exp(logits[base + e] - top);
    }
    total = workgroup_sum(vec4f(sum), lid).x;
  }
  for (var e = lid; e < EXPERTS; e += WG) {
    let logit = logits[base + e];
    let score = select(exp(logit - top) / total, 1.0 / (1.0 + exp(-logit)), SIGMOID);
    scores[e] = score;
    choice[e] = score;
    if (BIAS) {
      choice[e] += bias[e];
    }
  }
  for (var i = lid; i < CHOSEN; i += WG) {
    chosen_ids[i] = 0u;
  }
  workgroupBarrier();
  if (GROUPS > 1u) {
    for (var g = lid; g < GROUPS; g += WG) {
      var first = LEAST;
      var second = LEAST;
      for (var e = g * GROUP_SIZE; e < (g + 1u) * GROUP_SIZE; e++) {
        second = max(second, min(first, choice[e]));
        first = max(first, choice[e]);
      }
      group_scores[g] = first + select(0.0, second, GROUP_SIZE > 1u);
    }
    workgroupBarrier();
    for (var e = lid; e < EXPERTS; e += WG) {
      if (!group_stays(e / GROUP_SIZE)) {
        choice[e] = LEAST;
      }
    }
    workgroupBarrier();
  }
  for (var e = lid; e < EXPERTS; e += WG) {
    let mine = choice[e];
    var before = 0u;
    for (var other = 0u; other < EXPERTS; other++) {
      let theirs = choice[other];
      before += select(0u, 1u, theirs > mine || (theirs == mine && other < e));
    }
    if (before < CHOSEN) {
      chosen_ids[before] = e;
    }
  }
  workgroupBarrier();
  var divisor = 1.0;
  if (NORMALIZE) {
    var sum = 0.0;
    for (var i = 0u; i < CHOSEN; i++) {
      sum += scores[chosen_ids[i]];
    }
    divisor = sum + FLOOR;
  }
  var shared_weight = 1.0;
  if (SHARED_GATE) {
    shared_weight = 1.0 / (1.0 + exp(-logits[base + EXPERTS]));
  }
  for (var i = lid; i < SLOTS; i += WG) {
    var id = EXPERTS + i - CHOSEN;
    var weight = shared_weight;
    if (i < CHOSEN) {
      id = chosen_ids[i];
      weight = scores[id] / divisor * SCALE;
    }
    routes[group.x * ROUTE_STRIDE + i] = id;
    routes[group.x * ROUTE_STRIDE + SLOTS + i] = bitcast<u32>(weight);
  }
}
