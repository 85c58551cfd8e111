// p[b, h, t, j] = softmax_j(q[r, h] · K[b, g, j] · SCALE): the attention weights themselves, only for who asks to see them.
// One workgroup a row; the row in p is the scratch. Dispatch: (T, H, B). Slots beyond the query's own are 0.

// @use shape
// HEADS, KV_HEADS, UNITS (padded head dim / 4)
override SCALE: f32;
override WG: u32 = 64u;

// @use step
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // [R, H, D padded]
@group(0) @binding(2) var<storage, read> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(3) var<storage, read> values: array<KvElement>; // the same; only the snippet names them
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
@group(0) @binding(5) var<storage, read_write> p: array<f32>; // [B, H, T, S + T]

// @use kv
// @use mask
// @use reduce

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let tokens = step[STEP_TOKENS];
  let past = step[STEP_PAST];
  let slots = past + tokens;
  let t = group.x;
  let head = group.y;
  let sequence = group.z;
  let q_base = ((sequence * tokens + t) * HEADS + head) * UNITS;
  let kv_base = (sequence * KV_HEADS + head / (HEADS / KV_HEADS)) * capacity();
  let p_base = ((sequence * HEADS + head) * tokens + t) * slots;
  var top = HIDDEN;
  for (var j = lid; j < slots; j += WG) {
    var score = HIDDEN;
    if (visible(sequence, past + t, j)) {
      score = 0.0;
      for (var unit = 0u; unit < UNITS; unit++) {
        score += dot(q[q_base + unit], kv_unpack(load_key(kv_base + j, unit)));
      }
      score *= SCALE;
    }
    p[p_base + j] = score;
    top = max(top, score);
  }
  top = workgroup_max(top, lid);
  var sum = 0.0;
  for (var j = lid; j < slots; j += WG) {
    let e = select(0.0, exp(p[p_base + j] - top), p[p_base + j] > HIDDEN);
    p[p_base + j] = e;
    sum += e;
  }
  let total = workgroup_sum(vec4f(sum), lid).x;
  for (var j = lid; j < slots; j += WG) {
    p[p_base + j] *= select(0.0, 1.0 / total, total > 0.0);
  }
}
