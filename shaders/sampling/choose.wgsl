// Second step: the best of the slices becomes the next token: into `ids`, where the next step's embedding reads it, and into
// the set of seen tokens. Dispatch: (B).
override SLICES: u32;
override SEEN_WORDS: u32;

@group(0) @binding(0) var<storage, read> best: array<vec2u>; // [B, SLICES] score bits, token
@group(0) @binding(1) var<storage, read_write> ids: array<u32>; // [B]
@group(0) @binding(2) var<storage, read_write> seen: array<u32>; // [B, V / 32] bits

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  var score = bitcast<f32>(best[group.x * SLICES].x);
  var token = best[group.x * SLICES].y;
  for (var i = 1u; i < SLICES; i++) {
    let other = best[group.x * SLICES + i];
    if (bitcast<f32>(other.x) > score) {
      score = bitcast<f32>(other.x);
      token = other.y;
    }
  }
  // All scores NaN: no token was ever better. Token 0 keeps the loop defined.
  token = select(token, 0u, token == 0xffffffffu);
  ids[group.x] = token;
  seen[group.x * SEEN_WORDS + token / 32u] |= 1u << (token % 32u);
}
