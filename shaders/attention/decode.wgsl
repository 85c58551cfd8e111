// One new token per sequence against the KV cache, split over the cache (flash-decoding), with RoPE and the KV write inside.
// A workgroup takes one KV head, up to GROUP of its query heads and one split of the cached slots; the last split also takes
// the new token itself and appends its k and v. Each writes Σ p·V, the maximum and Σ p; of the workgroups of the same heads, whichever
// comes last merges them. Beyond MERGED_SPLITS one workgroup would take longer than a dispatch: there `combine` does it. Where there is
// only one split, its workgroup writes the finished row.
// Dispatch: (splits, G · GROUP_TILES, B). Sums in f32, online softmax.
// Cached slots go 32 at a time: all invocations share a round's scores through workgroup memory, LANES of them for a slot, and then each
// sums one unit of the values of every SETS-th slot.
//
// WGSL's atomics are relaxed: that all have arrived does not mean that their words can be seen. So each word tells: 0 is "not there
// yet", and floats are kept so that none is 0. The last workgroup reads until it has them all. It waits for stores that were issued before
// their workgroups arrived, never for a workgroup that has yet to run, so it needs no guarantee of forward progress. It leaves zeros
// behind, for the next dispatch.

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4), GROUP, GROUP_TILES, WG (at least UNITS and KEYS), MAX_SPLITS, MERGED_SPLITS
override SCALE: f32;
override QKV_STRIDE: u32;
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> qkv: array<f32>; // [B, (H + 2G)·D]
@group(0) @binding(2) var<storage, read_write> keys: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(3) var<storage, read_write> values: array<KvElement>; // [B, G, CAPACITY, D padded]
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
// For `combine`: floats [B, H, splits, UNITS + 1, 4], with room for MAX_SPLITS; behind them,
// for the merge: sums [B, H, splits, 4, UNITS], bounds (maxima, totals) [B, H, 2, splits], arrived [B, G, GROUP_TILES]; zeros in between.
@group(0) @binding(5) var<storage, read_write> split_words: array<atomic<u32>>;
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
const ROW_WORDS = UNITS * 4u;
const MERGE_LOADS = 16u; // words of an invocation on their way at a time
const MERGE_TRIES = 1u << 20u; // then NaN, rather than hang
const EMPTY_BITS = 0xffffffffu; // a NaN that is never stored
const NAN_BITS = 0x7fc00000u;

var<workgroup> q: array<vec4f, GROUP * UNITS>;
var<workgroup> new_key: array<vec4f, UNITS>;
var<workgroup> head_squares: array<f32, (GROUP + 1u) * 8u>;
var<workgroup> lane_dots: array<f32, GROUP * max(LANES * KEYS, 2u * MERGED_SPLITS)>; // in the merge, maxima and totals
var<workgroup> weights: array<f32, GROUP * max(KEYS, MERGED_SPLITS)>; // scores, then exponentials; in the merge, of the splits
var<workgroup> maxima: array<f32, GROUP>;
var<workgroup> rescale: array<f32, GROUP>;
var<workgroup> scales: array<f32, GROUP + 1u>; // what the norms of q and k multiply by
var<workgroup> sum_slots: array<vec4f, SETS * UNITS>;
var<workgroup> total_slots: array<f32, SETS>;
var<workgroup> is_last: bool;

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

fn put(at: u32, value: f32) {
  let bits = bitcast<u32>(value);
  atomicStore(&split_words[at], select(bits, NAN_BITS, bits == EMPTY_BITS) ^ EMPTY_BITS);
}

// The first MERGE_LOADS of `count` words from `at` on, `stride` apart, which it empties. All are on their way before the first is looked
// at. One that does not come is NaN, as an empty word decoded is.
fn take(at: u32, stride: u32, count: u32) -> array<f32, MERGE_LOADS> {
  var words = array<u32, MERGE_LOADS>();
  for (var tries = 0u; tries < MERGE_TRIES; tries++) {
    for (var i = 0u; i < MERGE_LOADS; i++) {
      if (i < count) {
        words[i] = atomicLoad(&split_words[at + i * stride]);
      }
    }
    var missing = false;
    for (var i = 0u; i < MERGE_LOADS; i++) {
      missing |= i < count && words[i] == 0u;
    }
    if (!missing) {
      break;
    }
  }
  var numbers = array<f32, MERGE_LOADS>();
  for (var i = 0u; i < MERGE_LOADS; i++) {
    if (i < count) {
      atomicStore(&split_words[at + i * stride], 0u);
      numbers[i] = bitcast<f32>(words[i] ^ EMPTY_BITS);
    }
  }
  return numbers;
}

// Puts the splits of `heads` heads together, in order whoever comes last: the formula of `combine`.
fn merge(lid: u32, sequence: u32, head0: u32, heads: u32, splits: u32, sums_at: u32, bounds_at: u32) {
  let count = heads * 2u * splits;
  for (var i = lid; i < count; i += WG * MERGE_LOADS) {
    let bounds = take(bounds_at + i, WG, (count - i + WG - 1u) / WG);
    for (var j = 0u; j < MERGE_LOADS; j++) {
      if (i + j * WG < count) {
        lane_dots[i + j * WG] = bounds[j];
      }
    }
  }
  workgroupBarrier();
  for (var i = lid; i < heads * splits; i += WG) {
    let g = i / splits;
    let first = g * 2u * splits;
    var top = lane_dots[first];
    for (var s = 1u; s < splits; s++) {
      top = max(top, lane_dots[first + s]);
    }
    weights[g * MERGED_SPLITS + i % splits] = exp(lane_dots[first + i % splits] - top);
  }
  workgroupBarrier();
  for (var i = lid; i < heads * ROW_WORDS; i += WG) {
    let g = i / ROW_WORDS;
    let word = i % ROW_WORDS;
    let row_at = sums_at + g * splits * ROW_WORDS + word;
    var sum = 0.0;
    var total = 0.0;
    for (var s = 0u; s < splits; s += MERGE_LOADS) {
      let parts = take(row_at + s * ROW_WORDS, ROW_WORDS, splits - s);
      for (var j = 0u; j < MERGE_LOADS; j++) {
        if (s + j < splits) {
          let scale = weights[g * MERGED_SPLITS + s + j];
          sum += parts[j] * scale;
          total += lane_dots[(g * 2u + 1u) * splits + s + j] * scale;
        }
      }
    }
    let d = word % UNITS * 4u + word / UNITS;
    if (d < HEAD_DIM) {
      o[sequence * OUT_STRIDE + (head0 + g) * HEAD_DIM + d] = sum / total;
    }
  }
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

  let is_merged = splits <= MERGED_SPLITS;
  if (is_merged && last_split && head0 + GROUP >= HEADS && HEADS * HEAD_DIM + lid < OUT_STRIDE) {
    o[sequence * OUT_STRIDE + HEADS * HEAD_DIM + lid] = 0.0; // padding stays zero
  }
  let rows = groups.z * HEADS;
  let first_row = sequence * HEADS + head0;
  let sums_begin = rows * MAX_SPLITS * (UNITS + 1u) * 4u;
  let bounds_begin = sums_begin + rows * splits * ROW_WORDS;
  let sums_at = sums_begin + first_row * splits * ROW_WORDS;
  let bounds_at = bounds_begin + first_row * splits * 2u;
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
      } else if (is_merged) {
        for (var i = 0u; i < 4u; i++) {
          put(sums_at + (g * splits + group.x) * ROW_WORDS + i * UNITS + lid, sum[i]);
        }
        if (lid == 0u) {
          put(bounds_at + g * 2u * splits + group.x, maxima[g]);
          put(bounds_at + (g * 2u + 1u) * splits + group.x, total);
        }
      } else {
        let base = ((first_row + g) * splits + group.x) * (UNITS + 1u) * 4u;
        for (var i = 0u; i < 4u; i++) {
          atomicStore(&split_words[base + lid * 4u + i], bitcast<u32>(sum[i]));
        }
        if (lid == 0u) {
          atomicStore(&split_words[base + ROW_WORDS], bitcast<u32>(maxima[g]));
          atomicStore(&split_words[base + ROW_WORDS + 1u], bitcast<u32>(total));
        }
      }
    }
  }

  if (splits > 1u && is_merged) {
    storageBarrier(); // all words of this workgroup are on their way before it says so
    if (lid == 0u) {
      let arrived = bounds_begin + rows * splits * 2u + sequence * groups.y + group.y;
      is_last = atomicAdd(&split_words[arrived], 1u) == splits - 1u;
      if (is_last) {
        atomicStore(&split_words[arrived], 0u);
      }
    }
    if (workgroupUniformLoad(&is_last)) {
      merge(lid, sequence, head0, min(GROUP, group_end - head0), splits, sums_at, bounds_at);
    }
  }
}
