// o[r, h·D + d] = Σ_j softmax_j(q[r, h] · K[b, g, j] · SCALE) · V[b, g, j, d], for many query rows.
// FlashAttention with online softmax (arXiv 2205.14135, 2307.08691): 32 queries × 32 keys a round; q, K and V pass
// through workgroup memory 32 elements of the head dimension at a time. Tiles that the mask hides wholly are skipped.
// Dispatch: (ceil(T / 32), H, B). Sums in f32.

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4), CHUNKS = ceil(UNITS / 8)
override SCALE: f32;
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // [R, H, D padded]
@group(0) @binding(2) var<storage, read> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(3) var<storage, read> values: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
@group(0) @binding(5) var<storage, read_write> o: array<f32>; // [R, H·D]

// @use kv
// @use mask

const TILE = 32u;
const CHUNK = 8u; // vec4 of the head dimension per chunk
const PITCH = 9u;

var<workgroup> q_tile: array<vec4f, TILE * PITCH>;
var<workgroup> kv_tile: array<vec4f, TILE * PITCH>;
var<workgroup> scores: array<f32, TILE * 33u>;
var<workgroup> extremes: array<f32, 128>;
var<workgroup> row_max: array<f32, TILE>;
var<workgroup> row_scale: array<f32, TILE>;
var<workgroup> row_sum: array<f32, TILE>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let tokens = step[STEP_TOKENS];
  let past = step[STEP_PAST];
  let t0 = group.x * TILE;
  let head = group.y;
  let sequence = group.z;
  let kv_base = (sequence * KV_HEADS + head / (HEADS / KV_HEADS)) * capacity();
  let m0 = (lid / 8u) * 2u; // this invocation's 2 queries
  let lane = lid % 8u; // its 4 keys (lane · 4 …), later its columns (lane, lane + 8, …)
  if (lid < TILE) {
    row_max[lid] = HIDDEN;
    row_sum[lid] = 0.0;
  }
  var out0: array<vec4f, CHUNKS>;
  var out1: array<vec4f, CHUNKS>;
  let last_slot = past + select(min(t0 + TILE, tokens), tokens, BIDIRECTIONAL); // one past the last slot any query here sees
  var first_slot = 0u;
  if (WINDOW > 0u && past + t0 + 1u > WINDOW) {
    first_slot = past + t0 + 1u - WINDOW - select(0u, 1u, BIDIRECTIONAL && past + t0 + 1u > WINDOW + 1u);
  }
  for (var j0 = first_slot - first_slot % TILE; j0 < last_slot; j0 += TILE) {
    var a = vec4f(0.0);
    var b = vec4f(0.0);
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var i = lid; i < TILE * CHUNK; i += 128u) {
        let line = i / CHUNK;
        let unit = chunk * CHUNK + i % CHUNK;
        var from_q = vec4f(0.0);
        var from_k = vec4f(0.0);
        if (unit < UNITS) {
          if (t0 + line < tokens) {
            from_q = q[((sequence * tokens + t0 + line) * HEADS + head) * UNITS + unit];
          }
          if (j0 + line < last_slot) {
            from_k = kv_unpack(load_key(kv_base + j0 + line, unit));
          }
        }
        q_tile[line * PITCH + i % CHUNK] = from_q;
        kv_tile[line * PITCH + i % CHUNK] = from_k;
      }
      workgroupBarrier();
      for (var i = 0u; i < CHUNK; i++) {
        let q0 = q_tile[m0 * PITCH + i];
        let q1 = q_tile[(m0 + 1u) * PITCH + i];
        let k0 = kv_tile[(lane * 4u) * PITCH + i];
        let k1 = kv_tile[(lane * 4u + 1u) * PITCH + i];
        let k2 = kv_tile[(lane * 4u + 2u) * PITCH + i];
        let k3 = kv_tile[(lane * 4u + 3u) * PITCH + i];
        a += vec4f(dot(q0, k0), dot(q0, k1), dot(q0, k2), dot(q0, k3));
        b += vec4f(dot(q1, k0), dot(q1, k1), dot(q1, k2), dot(q1, k3));
      }
    }
    for (var i = 0u; i < 4u; i++) {
      let slot = j0 + lane * 4u + i;
      let in_cache = slot < last_slot;
      let seen0 = in_cache && visible(sequence, past + t0 + m0, min(slot, capacity() - 1u));
      let seen1 = in_cache && visible(sequence, past + t0 + m0 + 1u, min(slot, capacity() - 1u));
      scores[m0 * 33u + lane * 4u + i] = select(HIDDEN, a[i] * SCALE, seen0);
      scores[(m0 + 1u) * 33u + lane * 4u + i] = select(HIDDEN, b[i] * SCALE, seen1);
    }
    workgroupBarrier();
    // Four invocations a row: the maximum, then the exponentials and their sum.
    let row = lid / 4u;
    let part = (lid % 4u) * 8u;
    var top = HIDDEN;
    for (var i = 0u; i < 8u; i++) {
      top = max(top, scores[row * 33u + part + i]);
    }
    extremes[lid] = top;
    workgroupBarrier();
    let quad = lid - lid % 4u;
    let old_max = row_max[row];
    let new_max = max(
      old_max,
      max(max(extremes[quad], extremes[quad + 1u]), max(extremes[quad + 2u], extremes[quad + 3u])),
    );
    var sum = 0.0;
    for (var i = 0u; i < 8u; i++) {
      let at = row * 33u + part + i;
      let p = select(0.0, exp(scores[at] - new_max), scores[at] > HIDDEN);
      scores[at] = p;
      sum += p;
    }
    workgroupBarrier();
    extremes[lid] = sum;
    workgroupBarrier();
    if (lid % 4u == 0u) {
      let scale = exp(old_max - new_max);
      row_scale[row] = scale;
      row_max[row] = new_max;
      row_sum[row] = row_sum[row] * scale + extremes[lid] + extremes[lid + 1u] + extremes[lid + 2u] + extremes[lid + 3u];
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var i = lid; i < TILE * CHUNK; i += 128u) {
        let line = i / CHUNK;
        let unit = chunk * CHUNK + i % CHUNK;
        var from_v = vec4f(0.0);
        if (unit < UNITS && j0 + line < last_slot) {
          from_v = kv_unpack(load_value(kv_base + j0 + line, unit));
        }
        kv_tile[line * PITCH + i % CHUNK] = from_v;
      }
      workgroupBarrier();
      var sum0 = out0[chunk] * row_scale[m0];
      var sum1 = out1[chunk] * row_scale[m0 + 1u];
      for (var j = 0u; j < TILE; j++) {
        let v = kv_tile[j * PITCH + lane];
        sum0 += scores[m0 * 33u + j] * v;
        sum1 += scores[(m0 + 1u) * 33u + j] * v;
      }
      out0[chunk] = sum0;
      out1[chunk] = sum1;
    }
  }
  workgroupBarrier();
  if (head == HEADS - 1u && lid < TILE && t0 + lid < tokens) {
    for (var column = HEADS * HEAD_DIM; column < OUT_STRIDE; column++) {
      o[(sequence * tokens + t0 + lid) * OUT_STRIDE + column] = 0.0; // padding stays zero
    }
  }
  let total0 = row_sum[m0];
  let total1 = row_sum[m0 + 1u];
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    let unit = chunk * CHUNK + lane;
    store(sequence, t0 + m0, tokens, head, unit, out0[chunk] * select(0.0, 1.0 / total0, total0 > 0.0));
    store(sequence, t0 + m0 + 1u, tokens, head, unit, out1[chunk] * select(0.0, 1.0 / total1, total1 > 0.0));
  }
}

fn store(sequence: u32, t: u32, tokens: u32, head: u32, unit: u32, value: vec4f) {
  if (t >= tokens) {
    return;
  }
  let base = (sequence * tokens + t) * OUT_STRIDE + head * HEAD_DIM;
  for (var i = 0u; i < 4u; i++) {
    if (unit * 4u + i < HEAD_DIM) {
      o[base + unit * 4u + i] = value[i];
    }
  }
}
