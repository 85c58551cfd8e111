// One new token per sequence against the KV cache, split over the cache (flash-decoding), with RoPE and the KV write inside.
// A workgroup takes one KV head, up to GROUP of its query heads and one split of the cached slots; the last split also takes
// the new token itself and appends its k and v. Each writes Σ p·V, the maximum and Σ p for `combine`, or, where there is only one
// split, the finished row.
// Dispatch: (splits, G · GROUP_TILES, B). Sums in f32, online softmax.
// Cached slots go 32 at a time: all invocations share a round's scores through workgroup memory, LANES of them for a slot, and then each
// sums one unit of the values of every SETS-th slot.

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4), GROUP, GROUP_TILES, MAX_SPLITS, WG (at least UNITS and KEYS),
// AT_ONCE (heads in the last sum)
override SCALE: f32;
override QKV_STRIDE: u32;
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> qkv: array<f32>; // [B, (H + 2G)·D]
@group(0) @binding(2) var<storage, read_write> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(3) var<storage, read_write> values: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
@group(0) @binding(5) var<storage, read_write> split_sums: array<vec4f>; // [B, H, MAX_SPLITS, UNITS + 1]
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
const HALF = (SETS + 1u) / 2u; // of the sets, for the last sum: with room for all, fewer workgroups run at a time

var<workgroup> q: array<vec4f, GROUP * UNITS>;
var<workgroup> new_key: array<vec4f, UNITS>;
var<workgroup> new_value: array<vec4f, UNITS>;
var<workgroup> head_squares: array<f32, (GROUP + 1u) * 8u>;
var<workgroup> lane_dots: array<f32, LANES * GROUP * KEYS>;
var<workgroup> weights: array<f32, GROUP * KEYS>; // scores, then exponentials
var<workgroup> maxima: array<f32, GROUP>;
var<workgroup> rescale: array<f32, GROUP>;
var<workgroup> sum_slots: array<vec4f, AT_ONCE * HALF * UNITS>;
var<workgroup> total_slots: array<f32, AT_ONCE * HALF>;

// Of an invocation: Σ p·V at its unit and Σ p over its slots, for each query head.
struct Sums { sums: array<vec4f, GROUP>, totals: array<f32, GROUP> }

// Where a workgroup's share lies.
struct Place {
  sequence: u32,
  kv_head: u32,
  head0: u32,
  past: u32,
  kv_base: u32,
  row_base: u32,
  begin: u32,
  end: u32,
  is_last: bool,
}

// The rotated heads, and in the last split the new token's rotated key and its value, which go to the cache.
fn stage_heads(lid: u32, place: Place) {
  let sequence = place.sequence;
  let k_base = place.row_base + (HEADS + place.kv_head) * HEAD_DIM;
  if (HEAD_NORM > 0u) {
    // Eight invocations a head; the last head is the new key.
    for (var i = lid; i < (GROUP + 1u) * 8u; i += WG) {
      let head = select(min(place.head0 + i / 8u, HEADS - 1u), HEADS + place.kv_head, i / 8u == GROUP);
      var squares = 0.0;
      for (var d = i % 8u; d < HEAD_DIM; d += 8u) {
        let value = qkv[place.row_base + head * HEAD_DIM + d];
        squares += value * value;
      }
      head_squares[i] = squares;
    }
    workgroupBarrier();
  }
  let heads = select(GROUP, GROUP + 1u, place.is_last);
  for (var i = lid; i < heads * UNITS; i += WG) {
    let unit = i % UNITS;
    var squares = 0.0;
    if (HEAD_NORM > 0u) {
      for (var j = 0u; j < 8u; j++) {
        squares += head_squares[i / UNITS * 8u + j];
      }
    }
    let scale = norm_scale(sequence, squares);
    if (i < GROUP * UNITS) {
      let head = min(place.head0 + i / UNITS, HEADS - 1u);
      q[i] = rotated4(sequence, place.row_base + head * HEAD_DIM, unit, 0u, scale) * SCALE;
    } else {
      let key = rotated4(sequence, k_base, unit, HEAD_DIM, scale);
      let v_base = k_base + KV_HEADS * HEAD_DIM;
      let value = plain4(v_base, unit);
      new_key[unit] = key;
      new_value[unit] = value;
      if (place.head0 == place.kv_head * (HEADS / KV_HEADS)) {
        append_key(place.kv_base + place.past, unit, key, sequence, k_base, scale);
        append_value(place.kv_base + place.past, unit, value, v_base);
      }
    }
  }
  workgroupBarrier();
}

// The cached slots of a split; `first` is what the invocation needs of the first round's keys. A function of its own on purpose: in the
// same loop within main, the sums went through memory, and a token behind 32k slots took nearly twice as long.
fn attend(lid: u32, place: Place, first: array<KvVector, K_LOADS>) -> Sums {
  let key = lid / LANES;
  let lane = lid % LANES;
  let column = lid % UNITS;
  let lane_set = lid / UNITS;
  let past = place.past;
  let begin = place.begin;
  let end = place.end;
  let k_row = place.kv_base + key;
  var sums: array<vec4f, GROUP>;
  var totals: array<f32, GROUP>;

  // Loads go ahead of their use: a round's values when it begins, the next round's keys as soon as this one's are used.
  var k = first;
  for (var j0 = begin; j0 < end; j0 += KEYS) {
    var v = array<KvVector, V_LOADS>();
    for (var i = 0u; i < V_LOADS; i++) {
      v[i] = load_value(place.kv_base + j0 + lane_set + i * SETS, column);
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
      weights[i] = select(HIDDEN, score, slot < end && visible(place.sequence, past, min(slot, capacity() - 1u)));
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
  var first_visible = 0u;
  if (WINDOW > 0u && past + 1u > WINDOW) {
    first_visible = past + 1u - WINDOW;
  }
  let share = ((past - first_visible + groups.x - 1u) / groups.x + KEYS - 1u) / KEYS * KEYS;
  let begin = min(first_visible + group.x * share, past);
  let end = min(begin + share, past);
  let kv_base = (sequence * KV_HEADS + kv_head) * capacity();
  let is_last = group.x == groups.x - 1u;
  let place = Place(sequence, kv_head, head0, past, kv_base, sequence * QKV_STRIDE, begin, end, is_last);
  if (lid < GROUP) {
    maxima[lid] = HIDDEN;
  }
  let column = lid % UNITS;
  let lane_set = lid / UNITS;
  // On its way before q is there.
  var first = array<KvVector, K_LOADS>();
  for (var i = 0u; i < K_LOADS; i++) {
    first[i] = load_key(kv_base + lid / LANES + begin, lid % LANES + i * LANES);
  }
  stage_heads(lid, place);
  let seen = attend(lid, place, first);
  var sums = seen.sums;
  var totals = seen.totals;

  if (is_last) {
    // The new token is always visible to itself.
    for (var i = lid; i < GROUP * 8u; i += WG) {
      var score = 0.0;
      for (var unit = i % 8u; unit < UNITS; unit += 8u) {
        score += dot(new_key[unit], q[i / 8u * UNITS + unit]);
      }
      lane_dots[i] = score;
    }
    workgroupBarrier();
    if (lid < GROUP) {
      var score = 0.0;
      for (var i = 0u; i < 8u; i++) {
        score += lane_dots[lid * 8u + i];
      }
      let top = max(maxima[lid], score);
      rescale[lid] = exp(maxima[lid] - top);
      weights[lid] = exp(score - top);
      maxima[lid] = top;
    }
    workgroupBarrier();
    for (var g = 0u; g < GROUP; g++) {
      sums[g] *= rescale[g];
      totals[g] *= rescale[g];
      if (lane_set == 0u) {
        sums[g] += weights[g] * new_value[column];
        totals[g] += weights[g];
      }
    }
  }

  if (groups.x == 1u && head0 + GROUP >= HEADS && HEADS * HEAD_DIM + lid < OUT_STRIDE) {
    o[sequence * OUT_STRIDE + HEADS * HEAD_DIM + lid] = 0.0; // padding stays zero
  }
  for (var g0 = 0u; g0 < GROUP; g0 += AT_ONCE) {
    workgroupBarrier();
    for (var g = 0u; g < AT_ONCE; g++) {
      if (lane_set >= HALF && lane_set < SETS && g0 + g < GROUP) {
        sum_slots[g * HALF * UNITS + lid - HALF * UNITS] = sums[g0 + g];
        if (column == 0u) {
          total_slots[g * HALF + lane_set - HALF] = totals[g0 + g];
        }
      }
    }
    workgroupBarrier();
    for (var g = 0u; g < AT_ONCE; g++) {
      if (lane_set < HALF && g0 + g < GROUP) {
        let at = g * HALF * UNITS + lid;
        let has_other = lane_set + HALF < SETS;
        sum_slots[at] = sums[g0 + g] + select(vec4f(0.0), sum_slots[at], has_other);
        if (column == 0u) {
          let total_at = g * HALF + lane_set;
          total_slots[total_at] = totals[g0 + g] + select(0.0, total_slots[total_at], has_other);
        }
      }
    }
    workgroupBarrier();
    for (var i = lid; i < AT_ONCE * UNITS; i += WG) {
      let g = i / UNITS;
      let head = head0 + g0 + g;
      if (g0 + g < GROUP && head < group_end) {
        let unit = i % UNITS;
        var sum = vec4f(0.0);
        var total = 0.0;
        for (var s = 0u; s < HALF; s++) {
          sum += sum_slots[(g * HALF + s) * UNITS + unit];
          total += total_slots[g * HALF + s];
        }
        if (groups.x == 1u) {
          let row = sum / total;
          for (var i = 0u; i < 4u; i++) {
            let d = unit * 4u + i;
            if (d < HEAD_DIM) {
              o[sequence * OUT_STRIDE + head * HEAD_DIM + d] = row[i];
            }
          }
        } else {
          let base = ((sequence * HEADS + head) * MAX_SPLITS + group.x) * (UNITS + 1u);
          split_sums[base + unit] = sum;
          if (unit == 0u) {
            split_sums[base + UNITS] = vec4f(maxima[g0 + g], total, 0.0, 0.0);
          }
        }
      }
    }
  }
}
