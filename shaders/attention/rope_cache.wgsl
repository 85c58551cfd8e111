// Splits a packed projection row into rotated q, and rotated k and plain v appended to the KV cache.
// (q and k with their head's RMSNorm, where there is one)
//   q[r, h, d] = rope(qkv[r, h·D + d]),  K[b, g, S + t, d] = rope(qkv[r, (H + g)·D + d]),  V[b, g, S + t, d] = qkv[r, (H + G + g)·D + d]
// One invocation per (row, head, four elements). Dispatch: (ceil(D/4 · (H + 2G) / 64), rows).

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4)
override QKV_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> qkv: array<f32>; // [R, (H + 2G)·D]
@group(0) @binding(2) var<storage, read_write> q: array<vec4f>; // [R, H, D padded]
@group(0) @binding(3) var<storage, read_write> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(4) var<storage, read_write> values: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(5) var<storage, read> head_gains: array<f32>; // [2, D] of q and k, where there is a norm

// @use kv
// @use rope
// @use kv_append

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let head = at.x / UNITS;
  let unit = at.x % UNITS;
  let row = at.y;
  if (head >= HEADS + 2u * KV_HEADS) {
    return;
  }
  let base = row * QKV_STRIDE + head * HEAD_DIM;
  var squares = 0.0;
  if (HEAD_NORM > 0u && head < HEADS + KV_HEADS) {
    for (var d = 0u; d < HEAD_DIM; d++) {
      squares += qkv[base + d] * qkv[base + d];
    }
  }
  let scale = norm_scale(row, squares);
  if (head < HEADS) {
    q[(row * HEADS + head) * UNITS + unit] = rotated4(row, base, unit, 0u, scale);
    return;
  }
  let tokens = step[STEP_TOKENS];
  let slot = step[STEP_PAST] + row % tokens;
  let g = (head - HEADS) % KV_HEADS;
  let to = ((row / tokens) * KV_HEADS + g) * capacity() + slot;
  if (head < HEADS + KV_HEADS) {
    append_key(to, unit, rotated4(row, base, unit, HEAD_DIM, scale), row, base, scale);
  } else {
    append_value(to, unit, plain4(base, unit), base);
  }
}
