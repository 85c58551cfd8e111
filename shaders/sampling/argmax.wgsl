// First of two steps to the next token: the best score of each slice of the vocabulary, ties to the lower id.
// With NOISE, Gumbel noise is added first, which draws from the softmax of the scores (Gumbel-max); the noise depends only on
// seed, step, sequence and token. Dispatch: (slices, B).
override WG: u32 = 256u;
override VOCAB: u32;
override STRIDE: u32;
override SLICES: u32;
override NOISE: bool = false;

// @use sampling
// @use step
@group(0) @binding(1) var<storage, read> settings: Sampling;
@group(0) @binding(2) var<storage, read> scores: array<f32>; // [B, V]
@group(0) @binding(3) var<storage, read_write> best: array<vec2u>; // [B, SLICES] score bits, token

var<workgroup> best_score: array<f32, WG>;
var<workgroup> best_token: array<u32, WG>;

// @use hash

fn gumbel(sequence: u32, token: u32) -> f32 {
  let bits = hash(token ^ hash(sequence ^ hash(step[STEP_COUNTER] ^ hash(settings.seed))));
  let uniform_draw = (f32(bits >> 8u) + 0.5) / 16777216.0;
  return -log(-log(uniform_draw));
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let share = (VOCAB + SLICES - 1u) / SLICES;
  let begin = group.x * share;
  let end = min(begin + share, VOCAB);
  var score = -3.4e38;
  var token = 0xffffffffu;
  for (var i = begin + lid; i < end; i += WG) {
    var value = scores[group.y * STRIDE + i];
    if (NOISE && value > REMOVED) {
      value += settings.noise * gumbel(group.y, i);
    }
    if (value > score) {
      score = value;
      token = i;
    }
  }
  best_score[lid] = score;
  best_token[lid] = token;
  workgroupBarrier();
  for (var width = WG / 2u; width > 0u; width /= 2u) {
    if (lid < width) {
      let other = best_score[lid + width];
      if (other > best_score[lid] || (other == best_score[lid] && best_token[lid + width] < best_token[lid])) {
        best_score[lid] = other;
        best_token[lid] = best_token[lid + width];
      }
    }
    workgroupBarrier();
  }
  if (lid == 0u) {
    best[group.y * SLICES + group.x] = vec2u(bitcast<u32>(best_score[0]), best_token[0]);
  }
}
