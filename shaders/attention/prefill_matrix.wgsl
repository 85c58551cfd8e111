// The attention of prefill.wgsl with subgroup matrices of 16 × 16, for keys and values in f16, which they take as they are: 64 queries × 32
// keys a round, 16 queries for each of four subgroups. What f16 cannot hold of q and of the weights p becomes a second matrix, so results
// are as exact as the plain ones. Rows of a subgroup matrix cannot be scaled one by one. So a row's largest score, which its weights are
// relative to, is only raised where one comes that is much larger, and then the sums go through workgroup memory (as FlashAttention 4
// skips most of its rescaling). Tensor cores round sums towards zero, a little for each 16 keys, so those of each SEGMENT are added up in
// f32, in o. Dispatch: (ceil(T / 64), H, B).
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, BLOCKS (head dim / 16), KEY_BLOCKS (keys of a round / 16), LOADS (eights of K, and of V, of an invocation)
override SCALE: f32;
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // [R, H, D]
@group(0) @binding(2) var<storage, read> keys: array<vec4u>; // [B, G, CAPACITY, D] in f16
@group(0) @binding(3) var<storage, read> values: array<vec4u>; // [B, G, CAPACITY, D] in f16
@group(0) @binding(4) var<storage, read> slot_mask: array<u32>; // [B, CAPACITY]
@group(0) @binding(5) var<storage, read_write> o: array<f32>; // [R, H·D]

// @use mask
// @use high_part

const KEYS = 16u * KEY_BLOCKS;
const EIGHTS = 2u * BLOCKS; // of a row of K or V
const SUBGROUPS = 4u;
const QUERIES = 16u * SUBGROUPS;
const WG = SUBGROUPS * 32u;
const EACH = KEYS / 2u; // scores of a lane
const SEGMENT = 1024u; // keys
const PITCH = 24u; // of blocks of 16 × 16 in f16: their rows begin in different banks
const SCORES_PITCH = KEYS + 4u;
const KV_BLOCKS = KEY_BLOCKS * BLOCKS;
const LOG2_E = 1.4426950408889634;
// In powers of two: how much larger a score must be than its row's mark to raise it, and what the mark's own weight is, so that f16
// holds small weights well and no weight is too large for it.
const RAISE_AT = 8.0;
const WEIGHT = 4.0;

alias Sums = subgroup_matrix_result<f32, 16, 16>;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Block = array<f16, 16u * PITCH>;

// One struct for all, as a vec4f in it makes it begin at a multiple of 16 bytes, where matrices are loaded from. By themselves, arrays of
// f16 need only begin at a multiple of two, and what is loaded is then shifted. Blocks are arrays of their own as in lib/matrix_tile.wgsl.
struct Shared {
  begin: vec4f,
  kv: array<Block, 2u * KV_BLOCKS>, // K and V, [2, key blocks, blocks]
  p: array<Block, SUBGROUPS * KEY_BLOCKS * 2u>, // [subgroups, key blocks, high and low]; first of all, q
  scores: array<array<f32, 16u * SCORES_PITCH>, SUBGROUPS>, // scores, or a block of sums
}
var<workgroup> m: Shared;
var<workgroup> is_raised: atomic<u32>; // whether a mark that sums are relative to has been

// Eight elements from `at` on in a block of K or V. Neighbours begin with another pair of them: all would write to the same banks.
fn put_eight(block: u32, at: u32, eight: vec4u, turn: u32) {
  let one = select(eight, eight.yzwx, turn % 2u == 1u);
  let pairs = select(one, one.zwxy, turn / 2u % 2u == 1u);
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(pairs[i]);
    let to = at + (i + turn) % 4u * 2u;
    m.kv[block][to] = pair.x;
    m.kv[block][to + 1u] = pair.y;
  }
}

// A matrix of sums, of which each lane multiplies eight from `at` on by `factor`.
fn scaled(sums: Sums, subgroup: u32, at: u32, factor: f32) -> Sums {
  subgroupMatrixStore<row_major>(&m.scores[subgroup], 0, sums, SCORES_PITCH);
  workgroupBarrier();
  for (var i = 0u; i < 8u; i++) {
    m.scores[subgroup][at + i] *= factor;
  }
  workgroupBarrier();
  let result = subgroupMatrixLoad<Sums, row_major>(&m.scores[subgroup], 0, SCORES_PITCH);
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tokens = step[STEP_TOKENS];
  let past = step[STEP_PAST];
  let t0 = (groups.x - 1u - group.x) * QUERIES; // those with most keys first
  let head = group.y;
  let sequence = group.z;
  let kv_base = (sequence * KV_HEADS + head / (HEADS / KV_HEADS)) * capacity();
  let last_slot = end_of_seen(past, t0, QUERIES, tokens); // one past the last slot any query here sees
  let seen = first_seen(past, t0);
  let first_slot = seen - seen % KEYS;
  // A lane is in charge of a query, and of half of its keys.
  let row = lid % 16u;
  let half = lid % 32u / 16u;
  let t = t0 + subgroup * 16u + row;
  let row_begin = row * PITCH;
  let scores_begin = row * SCORES_PITCH;
  let p_begin = subgroup * KEY_BLOCKS * 2u;

  var q_high: array<Left, BLOCKS>;
  var q_low: array<Left, BLOCKS>;
  for (var d = 0u; d < BLOCKS; d++) {
    for (var i = 0u; i < 2u; i++) {
      var value = vec4f(0.0);
      if (t < tokens) {
        value = q[((sequence * tokens + t) * HEADS + head) * (4u * BLOCKS) + d * 4u + half * 2u + i] * (SCALE * LOG2_E);
      }
      let high = high_part(value);
      for (var e = 0u; e < 4u; e++) {
        let at = row_begin + half * 8u + i * 4u + e;
        m.p[p_begin][at] = f16(high[e]);
        m.p[p_begin + 1u][at] = f16(value[e] - high[e]);
      }
    }
    workgroupBarrier();
    q_high[d] = subgroupMatrixLoad<Left, row_major>(&m.p[p_begin], 0, PITCH);
    q_low[d] = subgroupMatrixLoad<Left, row_major>(&m.p[p_begin + 1u], 0, PITCH);
    workgroupBarrier();
  }

  var mark = HIDDEN; // near the row's largest score so far
  var total = 0.0; // of the lane's weights
  var o_mark = HIDDEN; // the mark that what is in o is relative to
  var next_k: array<vec4u, LOADS>;
  var next_v: array<vec4u, LOADS>;
  for (var i = 0u; i < LOADS; i++) {
    let at = i * WG + lid;
    let from_row = (kv_base + min(first_slot + at % KEYS, last_slot - 1u)) * EIGHTS;
    next_k[i] = keys[from_row + at / KEYS];
    next_v[i] = values[from_row + at / KEYS];
  }
  let o_begin = (sequence * tokens + t) * OUT_STRIDE + head * HEAD_DIM + half * 8u;
  for (var segment = first_slot; segment < last_slot; segment += SEGMENT) {
    let segment_end = min(segment + SEGMENT, last_slot);
    // Given a value on purpose: an array of matrices without one has any.
    var sums: array<Sums, BLOCKS>;
    for (var d = 0u; d < BLOCKS; d++) {
      sums[d] = Sums();
    }
    for (var j0 = segment; j0 < segment_end; j0 += KEYS) {
      for (var i = 0u; i < LOADS; i++) {
        let at = i * WG + lid;
        let key = at % KEYS;
        let block = key / 16u * BLOCKS + at / KEYS / 2u;
        let to = key % 16u * PITCH + at / KEYS % 2u * 8u;
        put_eight(block, to, next_k[i], lid / 8u);
        // Behind the last slot may be anything, and nothing times a weight of zero must not be NaN.
        put_eight(KV_BLOCKS + block, to, select(vec4u(0u), next_v[i], j0 + key < last_slot), lid / 8u);
      }
      if (lid == 0u) {
        atomicStore(&is_raised, 0u);
      }
      workgroupBarrier();
      // The next round's are on their way.
      for (var i = 0u; i < LOADS; i++) {
        let at = i * WG + lid;
        let from_row = (kv_base + min(j0 + KEYS + at % KEYS, last_slot - 1u)) * EIGHTS;
        next_k[i] = keys[from_row + at / KEYS];
        next_v[i] = values[from_row + at / KEYS];
      }
      for (var b = 0u; b < KEY_BLOCKS; b++) {
        var s = Sums();
        for (var d = 0u; d < BLOCKS; d++) {
          let k = subgroupMatrixLoad<Right, col_major>(&m.kv[b * BLOCKS + d], 0, PITCH);
          s = subgroupMatrixMultiplyAccumulate(q_high[d], k, s);
          s = subgroupMatrixMultiplyAccumulate(q_low[d], k, s);
        }
        subgroupMatrixStore<row_major>(&m.scores[subgroup], 16u * b, s, SCORES_PITCH);
      }
      workgroupBarrier();
      let hides = may_hide(past, t0, j0 + KEYS);
      var top = HIDDEN;
      for (var i = 0u; i < EACH; i++) {
        // Neighbouring rows begin with other keys: the others lie in the same banks.
        let key = half * EACH + (i + row / 4u) % EACH;
        let slot = j0 + key;
        if (hides && (slot >= last_slot || !visible(sequence, past + t, min(slot, capacity() - 1u)))) {
          m.scores[subgroup][scores_begin + key] = HIDDEN;
        }
        top = max(top, m.scores[subgroup][scores_begin + key]);
      }
      top = max(top, subgroupShuffleXor(top, 16u));
      var rescale = 1.0;
      if (top > mark + RAISE_AT) {
        if (mark > HIDDEN) {
          atomicStore(&is_raised, 1u);
        }
        rescale = exp2(mark - top);
        mark = top;
      }
      total *= rescale;
      for (var i = 0u; i < EACH; i++) {
        let key = half * EACH + (i + row / 4u) % EACH;
        let score = m.scores[subgroup][scores_begin + key];
        let weight = select(0.0, exp2(score - mark + WEIGHT), score > HIDDEN);
        total += weight;
        let high = high_part(vec4f(weight)).x;
        let block = p_begin + key / 16u * 2u;
        m.p[block][row_begin + key % 16u] = f16(high);
        m.p[block + 1u][row_begin + key % 16u] = f16(weight - high);
      }
      if (workgroupUniformLoad(&is_raised) == 1u) {
        for (var d = 0u; d < BLOCKS; d++) {
          sums[d] = scaled(sums[d], subgroup, scores_begin + half * 8u, rescale);
        }
      }
      for (var b = 0u; b < KEY_BLOCKS; b++) {
        let high = subgroupMatrixLoad<Left, row_major>(&m.p[p_begin + 2u * b], 0, PITCH);
        let low = subgroupMatrixLoad<Left, row_major>(&m.p[p_begin + 2u * b + 1u], 0, PITCH);
        for (var d = 0u; d < BLOCKS; d++) {
          let v = subgroupMatrixLoad<Right, row_major>(&m.kv[KV_BLOCKS + b * BLOCKS + d], 0, PITCH);
          sums[d] = subgroupMatrixMultiplyAccumulate(high, v, sums[d]);
          sums[d] = subgroupMatrixMultiplyAccumulate(low, v, sums[d]);
        }
      }
      workgroupBarrier();
    }

    let carry = exp2(o_mark - mark);
    o_mark = mark;
    var factor = 1.0;
    if (segment_end == last_slot) {
      let whole = total + subgroupShuffleXor(total, 16u);
      factor = select(0.0, 1.0 / whole, whole > 0.0);
    }
    for (var d = 0u; d < BLOCKS; d++) {
      subgroupMatrixStore<row_major>(&m.scores[subgroup], 0, sums[d], SCORES_PITCH);
      workgroupBarrier();
      for (var i = 0u; i < 8u; i++) {
        if (t < tokens) {
          var value = m.scores[subgroup][scores_begin + half * 8u + i];
          if (segment > first_slot) {
            value += o[o_begin + 16u * d + i] * carry;
          }
          o[o_begin + 16u * d + i] = value * factor;
        }
      }
      workgroupBarrier();
    }
  }

  if (head == HEADS - 1u && lid < QUERIES && t0 + lid < tokens) {
    for (var column = HEADS * HEAD_DIM; column < OUT_STRIDE; column++) {
      o[(sequence * tokens + t0 + lid) * OUT_STRIDE + column] = 0.0; // padding stays zero
    }
  }
}
