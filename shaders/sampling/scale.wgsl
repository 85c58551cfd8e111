// score[r, v] = penalised logit / temperature. The penalty (CTRL, arXiv 1909.05858) divides positive and multiplies negative
// logits of every token seen so far. Padding columns become REMOVED.
// Dispatch: (ceil(V padded / 64), B).
override VOCAB: u32;
override STRIDE: u32;
override SEEN_WORDS: u32;

// @use sampling
@group(0) @binding(0) var<storage, read> settings: Sampling;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [B, V]
@group(0) @binding(2) var<storage, read> seen: array<u32>; // [B, V / 32] bits
@group(0) @binding(3) var<storage, read_write> scores: array<f32>; // [B, V]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let token = at.x;
  if (token >= STRIDE) {
    return;
  }
  let i = at.y * STRIDE + token;
  if (token >= VOCAB) {
    scores[i] = REMOVED;
    return;
  }
  var score = logits[i];
  if (((seen[at.y * SEEN_WORDS + token / 32u] >> (token % 32u)) & 1u) == 1u) {
    score = select(score * settings.repetition_penalty, score / settings.repetition_penalty, score > 0.0);
  }
  scores[i] = score / settings.temperature;
}
