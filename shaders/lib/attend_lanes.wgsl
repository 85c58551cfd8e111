// The cached slots of a split for decode attention, without a barrier between them: LANES neighbouring invocations, no more than the
// smallest subgroup has, share a slot, each with PARTS units of its key and its value, and keep an online softmax of their own over
// every SETS-th slot. The sets come together once, at the end.
// LANES (a power of two)
enable subgroups;

const COLUMNS = LANES;
const BATCH = max(8u / PARTS, 1u); // slots that a set takes at a time
const KEYS = SETS * BATCH; // cached slots a round

// The slot and the unit of an invocation's i-th load in a round. Beyond the split's slots and a row's units it is the last one, which counts
// for nothing there.
fn load_place(lid: u32, j0: u32, end: u32, i: u32) -> vec2u {
  let slot = j0 + i / PARTS * SETS + lid / LANES;
  let unit = lid % LANES + i % PARTS * LANES;
  return vec2u(min(slot, max(end, 1u) - 1u), min(unit, UNITS - 1u));
}

fn attend(lid: u32, sequence: u32, past: u32, kv_base: u32, begin: u32, end: u32) -> Sums {
  let lane = lid % LANES;
  let lane_set = lid / LANES;
  var queries = array<vec4f, GROUP * PARTS>();
  var maxima_here = array<f32, GROUP>();
  for (var g = 0u; g < GROUP; g++) {
    maxima_here[g] = HIDDEN;
    for (var p = 0u; p < PARTS; p++) {
      let unit = lane + p * LANES;
      if (UNITS % LANES == 0u || unit < UNITS) {
        queries[g * PARTS + p] = q[g * UNITS + unit];
      }
    }
  }
  var sums = array<vec4f, GROUP * PARTS>();
  var totals = array<f32, GROUP>();

  // Loads go ahead of their use: a round's values when it begins, the next round's keys as soon as this one's are used.
  var k = array<KvVector, BATCH * PARTS>();
  for (var i = 0u; i < BATCH * PARTS; i++) {
    let at = load_place(lid, begin, end, i);
    k[i] = load_key(kv_base + at.x, at.y);
  }
  // The same number of rounds for all invocations: shuffles are for whole subgroups.
  for (var j0 = begin; j0 < end; j0 += KEYS) {
    var v = array<KvVector, BATCH * PARTS>();
    for (var i = 0u; i < BATCH * PARTS; i++) {
      let at = load_place(lid, j0, end, i);
      v[i] = load_value(kv_base + at.x, at.y);
    }
    // Of a slot and a query head: the lane's part of q·k, then all of it, then its exponential.
    var scores = array<f32, BATCH * GROUP>();
    for (var i = 0u; i < BATCH * PARTS; i++) {
      let part = kv_unpack(k[i]);
      for (var g = 0u; g < GROUP; g++) {
        scores[i / PARTS * GROUP + g] += dot(part, queries[g * PARTS + i % PARTS]);
      }
    }
    if (j0 + KEYS < end) {
      for (var i = 0u; i < BATCH * PARTS; i++) {
        let at = load_place(lid, j0 + KEYS, end, i);
        k[i] = load_key(kv_base + at.x, at.y);
      }
    }
    for (var mask = LANES / 2u; mask > 0u; mask /= 2u) {
      for (var i = 0u; i < BATCH * GROUP; i++) {
        scores[i] += subgroupShuffleXor(scores[i], mask);
      }
    }
    for (var b = 0u; b < BATCH; b++) {
      let slot = j0 + b * SETS + lane_set;
      let is_seen = slot < end && visible(sequence, past, min(slot, past));
      for (var g = 0u; g < GROUP; g++) {
        scores[b * GROUP + g] = select(HIDDEN, scores[b * GROUP + g], is_seen);
      }
    }
    for (var g = 0u; g < GROUP; g++) {
      var top = maxima_here[g];
      for (var b = 0u; b < BATCH; b++) {
        top = max(top, scores[b * GROUP + g]);
      }
      let shrink = exp(maxima_here[g] - top);
      maxima_here[g] = top;
      totals[g] *= shrink;
      for (var p = 0u; p < PARTS; p++) {
        sums[g * PARTS + p] *= shrink;
      }
      for (var b = 0u; b < BATCH; b++) {
        let score = scores[b * GROUP + g];
        scores[b * GROUP + g] = select(0.0, exp(score - top), score > HIDDEN);
        totals[g] += scores[b * GROUP + g];
      }
    }
    for (var i = 0u; i < BATCH * PARTS; i++) {
      let part = kv_unpack(v[i]);
      for (var g = 0u; g < GROUP; g++) {
        sums[g * PARTS + i % PARTS] += scores[i / PARTS * GROUP + g] * part;
      }
    }
  }

  if (lane == 0u) {
    for (var g = 0u; g < GROUP; g++) {
      weights[g * SETS + lane_set] = maxima_here[g];
    }
  }
  workgroupBarrier();
  for (var g = 0u; g < GROUP; g++) {
    var top = HIDDEN;
    for (var s = 0u; s < SETS; s++) {
      top = max(top, weights[g * SETS + s]);
    }
    let shrink = exp(maxima_here[g] - top);
    totals[g] *= shrink;
    for (var p = 0u; p < PARTS; p++) {
      sums[g * PARTS + p] *= shrink;
    }
    if (lid == 0u) {
      maxima[g] = top;
    }
  }
  return Sums(sums, totals);
}
