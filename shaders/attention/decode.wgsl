// One new token per sequence against the KV cache, split over the cache (flash-decoding), with RoPE and the KV write inside.
// A workgroup takes one KV head, up to GROUP of its query heads and one split of the cached slots; the last split also takes
// the new token itself and appends its k and v. Each writes Σ p·V, the maximum and Σ p for `combine`, or, where there is only one
// split, the finished row.
// Dispatch: (splits, G · GROUP_TILES, B). Sums in f32, online softmax.
// Cached slots go 32 at a time: all invocations share a round's scores through workgroup memory, LANES of them for a slot, and then each
// sums one unit of the values of every SETS-th slot.

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4), GROUP, GROUP_TILES, WG (at least UNITS and KEYS)
override SCALE: f32;
override QKV_STRIDE: u32;
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> qkv: array<f32>; // [B, (H + 2G)·D]
@group(0) @binding(2) var<storage, read_write> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(3) var<storage, read_write> values: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
@group(0) @binding(5) var<storage, read_write> split_sums: array<vec4f>; // [B, H, splits, UNITS + 1]
@group(0) @binding(6) var<storage, read_write> o: array<f32>; // [B, H·D]
@group(0) @binding(7) var<storage, read> head_gains: array<f32>; // [2, D] of q and k, where there is a norm

// @use kv
// @use rope
// @use kv_append
// @use mask

const KEYS = 32u; // cached slots a round
const LANES = WG / KEYS; // invocations per slot in q·k
const SETS = WG / UNITS; // slots at a time in p·V
const K_LOADS = (UNITS + LANES - 1u) / LANES; // of an invocation in a round
const V_LOADS = (KEYS + SETS - 1u) / SETS;

var<workgroup> q: array<vec4f, GROUP * UNITS>;
var<workgroup> new_key: array<vec4f, UNITS>;
var<workgroup> head_squares: array<f32, (GROUP + 1u) * 8u>;
var<workgroup> lane_dots: array<f32, LANES * GROUP * KEYS>;
var<workgroup> weights: array<f32, GROUP * KEYS>; // scores, then exponentials
var<workgroup> maxima: array<f32, GROUP>;
var<workgroup> rescale: array<f32, GROUP>;
var<workgroup> scales: array<f32, GROUP + 1u>; // what the norms of q and k multiply by
var<workgroup> sum_slots: array<vec4f, SETS * UNITS>;
var<workgroup> total_slots: array<f32, SETS>;

// Of an invocation: Σ p·V at its unit and Σ p over its slots, for each query head.
struct Sums { sums: array<vec4f, GROUP>, totals: array<f32, GROUP> }

// The cached slots of a split. A function of its own on purpose: in the same loop within main, the sums went through memory, and a token
// behind 32k slots took nearly twice as long.
fn attend(lid: u32, sequence: u32, past: u32, kv_base: u32, begin: u32, end: u32) -> Sums {
  let key = lid / LANES;
  let lane = lid % LANES;
  let column = lid % UNITS;
  let lane_set = lid / UNITS;
  var sums: array<vec4f, GROUP>;
  var totals: array<f32, GROUP>;

  // Loads go ahead of their use: a round's values when it begins, the next round's keys as soon as this one's are used.
  let k_row = kv_base + key;
  var k = array<KvVector, K_LOADS>();
  for (var i = 0u; i < K_LOADS; i++) {
    k[i] = load_key(k_row + begin, lane + i * LANES);
  }
  for (var j0 = begin; j0 < end; j0 += KEYS) {
    var v = array<KvVector, V_LOADS>();
    for (var i = 0u; i < V_LOADS; i++) {
      v[i] = load_value(kv_base + j0 + lane_set + i * SETS, column);
    }
    // Given a value on purpose: without one, SwiftShader keeps the last round's (seen in Chromium 156).
    var dots = array<f32, GROUP>();
    if (j0 + key < end) {
      for (var i = 0u; i < K_LOADS; i++) {
        let unit = i * LANES + lane;
        if (UNITS % LANES == 0u || unit < UNITS) {
          let part = kv_unpack(k[i]);
          for (var g = 0u; g < GROUP; g++) {
            dots[g] += dot(part, q[g * UNITS + unit]);
          }
        }
      }
    }
    if (j0 + KEYS < end) {
      for (var i = 0u; i < K_LOADS; i++) {
        k[i] = load_key(k_row + j0 + KEYS, lane + i * LANES);
      }
    }
    for (var g = 0u; g < GROUP; g++) {
      lane_dots[(lane * GROUP + g) * KEYS + key] = dots[g];
    }
    workgroupBarrier();
    for (var i = lid; i < GROUP * KEYS; i += WG) {
      let slot = j0 + i % KEYS;
      var score = 0.0;
      for (var l = 0u; l < LANES; l++) {
        score += lane_dots[l * GROUP * KEYS + i];
      }
      weights[i] = select(HIDDEN, score, slot < end && visible(sequence, past, min(slot, capacity() - 1u)));
    }
    workgroupBarrier();
    // Eight invocations a head, each a share of the keys.
    for (var i = lid; i < GROUP * 8u; i += WG) {
      var top = HIDDEN;
      for (var j = 0u; j < KEYS / 8u; j++) {
        top = max(top, weights[i * (KEYS / 8u) + j]);
      }
      lane_dots[i] = top;
    }
    workgroupBarrier();
    if (lid < GROUP) {
      var top = maxima[lid];
      for (var i = 0u; i < 8u; i++) {
        top = max(top, lane_dots[lid * 8u + i]);
      }
      rescale[lid] = exp(maxima[lid] - top);
      maxima[lid] = top;
    }
    workgroupBarrier();
    for (var i = lid; i < GROUP * KEYS; i += WG) {
      weights[i] = select(0.0, exp(weights[i] - maxima[i / KEYS]), weights[i] > HIDDEN);
    }
    workgroupBarrier();
    for (var g = 0u; g < GROUP; g++) {
      sums[g] *= rescale[g];
      totals[g] *= rescale[g];
    }
    if (lane_set < SETS) {
      for (var i = 0u; i < V_LOADS; i++) {
        let j = i * SETS + lane_set;
        if (j < KEYS && j0 + j < end) {
          let part = kv_unpack(v[i]);
          for (var g = 0u; g < GROUP; g++) {
            let p = weights[g * KEYS + j];
            sums[g] += p * part;
            totals[g] += p;
          }
        }
      }
    }
  }
  return Sums(sums, totals);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let past = step[STEP_PAST];
  let sequence = group.z;
  let kv_head = group.y / GROUP_TILES;
  let head0 = kv_head * (HEADS / KV_HEADS) + (group.y % GROUP_TILES) * GROUP;
  let group_end = (kv_head + 1u) * (HEADS / KV_HEADS);
  let splits = groups.x;
  let last_split = group.x == splits - 1u;
  let kv_base = (sequence * KV_HEADS + kv_head) * capacity();
  let row_base = sequence * QKV_STRIDE;

  if (HEAD_NORM > 0u) {
    // Eight invocations a head; the last head is the new key.
    for (var i = lid; i < (GROUP + 1u) * 8u; i += WG) {
      let head = select(min(head0 + i / 8u, HEADS - 1u), HEADS + kv_head, i / 8u == GROUP);
      var squares = 0.0;
      for (var d = i % 8u; d < HEAD_DIM; d += 8u) {
        let value = qkv[row_base + head * HEAD_DIM + d];
        squares += value * value;
      }
      head_squares[i] = squares;
    }
    workgroupBarrier();
  }
  if (lid <= GROUP) {
    var squares = 0.0;
    for (var i = 0u; i < 8u; i++) {
      squares += head_squares[lid * 8u + i];
    }
    scales[lid] = norm_scale(sequence, squares);
  }
  workgroupBarrier();
  for (var i = lid; i < GROUP * UNITS; i += WG) {
    let head = min(head0 + i / UNITS, HEADS - 1u);
    q[i] = rotated4(sequence, row_base + head * HEAD_DIM, i % UNITS, 0u, scales[i / UNITS]) * SCALE;
  }
  if (lid < GROUP) {
    maxima[lid] = HIDDEN;
  }
  workgroupBarrier();

  var first_visible = 0u;
  if (WINDOW > 0u && past + 1u > WINDOW) {
    first_visible = past + 1u - WINDOW;
  }
  let share = ((past - first_visible + splits - 1u) / splits + KEYS - 1u) / KEYS * KEYS;
  let begin = min(first_visible + group.x * share, past);
  let end = min(begin + share, past);
  let column = lid % UNITS;
  let lane_set = lid / UNITS;
  let seen = attend(lid, sequence, past, kv_base, begin, end);
  var sums = seen.sums;
  var totals = seen.totals;

  if (last_split) {
    // The new token is always visible to itself.
    let k_base = row_base + (HEADS + kv_head) * HEAD_DIM;
    let v_base = row_base + (HEADS + KV_HEADS + kv_head) * HEAD_DIM;
    for (var unit = lid; unit < UNITS; unit += WG) {
      new_key[unit] = rotated4(sequence, k_base, unit, HEAD_DIM, scales[GROUP]);
      if (head0 == kv_head * (HEADS / KV_HEADS)) {
        append_key(kv_base + past, unit, new_key[unit], sequence, k_base, scales[GROUP]);
        append_value(kv_base + past, unit, plain4(v_base, unit), v_base);
      }
    }
    workgroupBarrier();
    if (lid < GROUP) {
      var score = 0.0;
      for (var unit = 0u; unit < UNITS; unit++) {
        score += dot(new_key[unit], q[lid * UNITS + unit]);
      }
      let top = max(maxima[lid], score);
      rescale[lid] = exp(maxima[lid] - top);
      weights[lid] = exp(score - top);
      maxima[lid] = top;
    }
    workgroupBarrier();
    let v = plain4(v_base, column);
    for (var g = 0u; g < GROUP; g++) {
      sums[g] *= rescale[g];
      totals[g] *= rescale[g];
      if (lane_set == 0u) {
        sums[g] += weights[g] * v;
        totals[g] += weights[g];
      }
    }
  }

  if (splits == 1u && head0 + GROUP >= HEADS && HEADS * HEAD_DIM + lid < OUT_STRIDE) {
    o[sequence * OUT_STRIDE + HEADS * HEAD_DIM + lid] = 0.0; // padding stays zero
  }
  for (var g = 0u; g < GROUP; g++) {
    workgroupBarrier();
    if (lane_set < SETS) {
      sum_slots[lid] = sums[g];
      if (column == 0u) {
        total_slots[lane_set] = totals[g];
      }
    }
    workgroupBarrier();
    let head = head0 + g;
    if (lid < UNITS && head < group_end) {
      var sum = vec4f(0.0);
      var total = 0.0;
      for (var s = 0u; s < SETS; s++) {
        sum += sum_slots[s * UNITS + lid];
        total += total_slots[s];
      }
      if (splits == 1u) {
        let base = sequence * OUT_STRIDE + head * HEAD_DIM + lid * 4u;
        let row = sum / total;
        for (var i = 0u; i < 4u; i++) {
          if (lid * 4u + i < HEAD_DIM) {
            o[base + i] = row[i];
          }
        }
      } else {
        let base = ((sequence * HEADS + head) * splits + group.x) * (UNITS + 1u);
        split_sums[base + lid] = sum;
        if (lid == 0u) {
          split_sums[base + UNITS] = vec4f(maxima[g], total, 0.0, 0.0);
        }
      }
    }
  }
}
