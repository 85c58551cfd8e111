// o[r, h·D + d] = Σ_j softmax_j(q[r, h] · K[b, g, j] · SCALE) · V[b, g, j, d], for many query rows.
// FlashAttention with online softmax (arXiv 2205.14135, 2307.08691): 64 queries × 32 keys a round. Sixteen rows of eight
// invocations: a row has 4 queries; an invocation 4 keys of them in q·k and 4 columns of each 32 in p·V. All pass through workgroup
// memory, q, K and V 32 elements of the head dimension at a time, turned where products want it. Tiles that the mask hides wholly are
// skipped. TEAMS of 128 invocations take the rounds in turn, each with sums of its own, and put them together in the end: a GPU has too
// few queries to be busy otherwise. Dispatch: (ceil(T / 64), H, B). Sums in f32.

// @use shape
// HEADS, KV_HEADS, HEAD_DIM, UNITS (padded head dim / 4), CHUNKS = ceil(UNITS / 8), TEAMS (1 or 2)
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

const QUERIES = 64u;
const KEYS = 32u;
const CHUNK = 8u; // vec4 of the head dimension per chunk
const QUADS = QUERIES / 4u;
const TEAM = 128u; // invocations
const LEFT = KEYS * QUADS;
const RIGHT = KEYS * CHUNK;

// Quads and keys are swizzled, so that what neighbours write lies in different banks.
var<workgroup> left: array<vec4f, TEAMS * LEFT>; // [TEAMS, 32, QUADS]: elements of q, then p of each key, of four queries a vector
var<workgroup> right: array<vec4f, TEAMS * RIGHT>; // [TEAMS, 32, 8]: elements of K, of keys lane, lane + 8 …; or V, [KEYS, CHUNK]
var<workgroup> row_slots: array<vec4f, TEAMS * TEAM>; // of four queries, what each invocation has

fn q_at(line: u32, tokens: u32, sequence: u32, t0: u32, head: u32, unit: u32) -> vec4f {
  if (t0 + line >= tokens || unit >= UNITS) {
    return vec4f(0.0);
  }
  return q[((sequence * tokens + t0 + line) * HEADS + head) * UNITS + unit];
}

fn k_at(kv_base: u32, slot: u32, last_slot: u32, unit: u32) -> vec4f {
  if (slot >= last_slot || unit >= UNITS) {
    return vec4f(0.0);
  }
  return kv_unpack(load_key(kv_base + slot, unit));
}

fn v_at(kv_base: u32, slot: u32, last_slot: u32, unit: u32) -> vec4f {
  if (slot >= last_slot || unit >= UNITS) {
    return vec4f(0.0);
  }
  return kv_unpack(load_value(kv_base + slot, unit));
}

fn put_left(begin: u32, place: u32, four: mat4x4f) {
  let turned = transpose(four);
  for (var i = 0u; i < 4u; i++) {
    left[begin + i * QUADS + place] = turned[i];
  }
}

@compute @workgroup_size(TEAMS * TEAM)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let tokens = step[STEP_TOKENS];
  let past = step[STEP_PAST];
  let t0 = group.x * QUERIES;
  let head = group.y;
  let sequence = group.z;
  let kv_base = (sequence * KV_HEADS + head / (HEADS / KV_HEADS)) * capacity();
  let team = lid / TEAM;
  let quad = lid % TEAM / 8u; // this invocation's four queries
  let lane = lid % 8u;
  var tops = vec4f(HIDDEN); // of the four queries, over all their keys
  var totals = vec4f(0.0); // over this invocation's keys
  var out: array<vec4f, 4u * CHUNKS>;
  let last_slot = end_of_seen(past, t0, QUERIES, tokens); // one past the last slot any query here sees
  let first_slot = first_seen(past, t0);
  let left0 = team * LEFT;
  let right0 = team * RIGHT;
  for (var round0 = first_slot - first_slot % KEYS; round0 < last_slot; round0 += TEAMS * KEYS) {
    let j0 = round0 + team * KEYS;
    // Scores of a query each, of keys lane, lane + 8, lane + 16 and lane + 24.
    var s0 = vec4f(0.0);
    var s1 = vec4f(0.0);
    var s2 = vec4f(0.0);
    var s3 = vec4f(0.0);
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      // Four queries × four elements of q an invocation, four keys × four elements of K each of the first half.
      let at = chunk * CHUNK + lane;
      let line = quad * 4u;
      put_left(left0 + 4u * lane * QUADS, quad ^ lane, mat4x4f(
        q_at(line, tokens, sequence, t0, head, at),
        q_at(line + 1u, tokens, sequence, t0, head, at),
        q_at(line + 2u, tokens, sequence, t0, head, at),
        q_at(line + 3u, tokens, sequence, t0, head, at),
      ));
      if (quad < 8u) {
        let keys = transpose(mat4x4f(
          k_at(kv_base, j0 + quad, last_slot, at),
          k_at(kv_base, j0 + quad + 8u, last_slot, at),
          k_at(kv_base, j0 + quad + 16u, last_slot, at),
          k_at(kv_base, j0 + quad + 24u, last_slot, at),
        ));
        for (var i = 0u; i < 4u; i++) {
          right[right0 + (4u * lane + i) * CHUNK + (quad ^ lane)] = keys[i];
        }
      }
      workgroupBarrier();
      for (var unit = 0u; unit < CHUNK; unit++) {
        for (var i = 0u; i < 4u; i++) {
          let a = left[left0 + (4u * unit + i) * QUADS + (quad ^ unit)];
          let b = right[right0 + (4u * unit + i) * CHUNK + (lane ^ unit)];
          s0 += a.x * b;
          s1 += a.y * b;
          s2 += a.z * b;
          s3 += a.w * b;
        }
      }
    }
    s0 *= SCALE;
    s1 *= SCALE;
    s2 *= SCALE;
    s3 *= SCALE;
    if (may_hide(past, t0, j0 + KEYS)) {
      let slot = past + t0 + quad * 4u;
      s0 = seen_scores(s0, sequence, slot, j0 + lane, last_slot);
      s1 = seen_scores(s1, sequence, slot + 1u, j0 + lane, last_slot);
      s2 = seen_scores(s2, sequence, slot + 2u, j0 + lane, last_slot);
      s3 = seen_scores(s3, sequence, slot + 3u, j0 + lane, last_slot);
    }
    row_slots[lid] = vec4f(largest_of(s0), largest_of(s1), largest_of(s2), largest_of(s3));
    workgroupBarrier();
    var new_tops = tops;
    for (var l = 0u; l < 8u; l++) {
      new_tops = max(new_tops, row_slots[team * TEAM + quad * 8u + l]);
    }
    let scales = exp(tops - new_tops);
    tops = new_tops;
    s0 = weights_of(s0, tops.x);
    s1 = weights_of(s1, tops.y);
    s2 = weights_of(s2, tops.z);
    s3 = weights_of(s3, tops.w);
    totals = totals * scales + vec4f(s0.x, s1.x, s2.x, s3.x) + vec4f(s0.y, s1.y, s2.y, s3.y)
      + vec4f(s0.z, s1.z, s2.z, s3.z) + vec4f(s0.w, s1.w, s2.w, s3.w);
    let p = transpose(mat4x4f(s0, s1, s2, s3));
    for (var i = 0u; i < 4u; i++) {
      left[left0 + (lane + 8u * i) * QUADS + (quad ^ lane)] = p[i];
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      if (chunk > 0u) {
        workgroupBarrier();
      }
      let unit = chunk * CHUNK + lane;
      right[right0 + quad * CHUNK + lane] = v_at(kv_base, j0 + quad, last_slot, unit);
      right[right0 + (quad + 16u) * CHUNK + lane] = v_at(kv_base, j0 + quad + 16u, last_slot, unit);
      workgroupBarrier();
      var o0 = out[4u * chunk] * scales.x;
      var o1 = out[4u * chunk + 1u] * scales.y;
      var o2 = out[4u * chunk + 2u] * scales.z;
      var o3 = out[4u * chunk + 3u] * scales.w;
      for (var j = 0u; j < KEYS; j++) {
        let p = left[left0 + j * QUADS + (quad ^ (j % 8u))];
        let v = right[right0 + j * CHUNK + lane];
        o0 += p.x * v;
        o1 += p.y * v;
        o2 += p.z * v;
        o3 += p.w * v;
      }
      out[4u * chunk] = o0;
      out[4u * chunk + 1u] = o1;
      out[4u * chunk + 2u] = o2;
      out[4u * chunk + 3u] = o3;
    }
  }
  if (TEAMS > 1u) {
    // The second team's sums go to the first.
    workgroupBarrier();
    row_slots[lid] = tops;
    workgroupBarrier();
    let other_tops = row_slots[(lid + TEAM) % (TEAMS * TEAM)];
    let all_tops = max(tops, other_tops);
    let scales = exp(tops - all_tops);
    totals *= scales;
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var i = 0u; i < 4u; i++) {
        out[4u * chunk + i] *= scales[i];
        if (team > 0u) {
          left[i * TEAM + lid % TEAM] = out[4u * chunk + i];
        }
      }
      workgroupBarrier();
      for (var i = 0u; i < 4u; i++) {
        out[4u * chunk + i] += left[i * TEAM + lid % TEAM];
      }
    }
  }
  workgroupBarrier();
  row_slots[lid] = totals;
  workgroupBarrier();
  totals = vec4f(0.0);
  for (var l = 0u; l < TEAMS * 8u; l++) {
    totals += row_slots[l / 8u * TEAM + quad * 8u + l % 8u];
  }
  if (team > 0u) {
    return;
  }
  if (head == HEADS - 1u && lid < QUERIES && t0 + lid < tokens) {
    for (var column = HEADS * HEAD_DIM; column < OUT_STRIDE; column++) {
      o[(sequence * tokens + t0 + lid) * OUT_STRIDE + column] = 0.0; // padding stays zero
    }
  }
  let inverse = select(vec4f(0.0), 1.0 / totals, totals > vec4f(0.0));
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    for (var i = 0u; i < 4u; i++) {
      store(sequence, t0 + quad * 4u + i, tokens, head, chunk * CHUNK + lane, out[4u * chunk + i] * inverse[i]);
    }
  }
}

// A query's scores of four keys, eight slots apart; those that it may not see are HIDDEN.
fn seen_scores(all: vec4f, sequence: u32, query_slot: u32, key_slot: u32, last_slot: u32) -> vec4f {
  var scores = all;
  for (var i = 0u; i < 4u; i++) {
    let slot = key_slot + 8u * i;
    if (slot >= last_slot || !visible(sequence, query_slot, min(slot, capacity() - 1u))) {
      scores[i] = HIDDEN;
    }
  }
  return scores;
}

fn largest_of(values: vec4f) -> f32 {
  return max(max(values.x, values.y), max(values.z, values.w));
}

fn weights_of(scores: vec4f, top: f32) -> vec4f {
  return select(vec4f(0.0), exp(scores - top), scores > vec4f(HIDDEN));
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
