// The cached slots of a split for decode attention, 32 at a time for the whole workgroup: its invocations share a round's scores through
// workgroup memory, LANES of them for a slot, and then each sums one unit of the values of every SETS-th slot.
// WG is at least KEYS.
const KEYS = 32u; // cached slots a round
const COLUMNS = UNITS;
const LANES = WG / KEYS; // invocations per slot in q·k
const K_LOADS = (UNITS + LANES - 1u) / LANES; // of an invocation in a round
const V_LOADS = (KEYS + SETS - 1u) / SETS;

var<workgroup> lane_dots: array<f32, LANES * GROUP * KEYS>;

fn attend(lid: u32, sequence: u32, past: u32, kv_base: u32, begin: u32, end: u32) -> Sums {
  let key = lid / LANES;
  let lane = lid % LANES;
  let column = lid % COLUMNS;
  let lane_set = lid / COLUMNS;
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
