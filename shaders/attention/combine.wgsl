// Puts the splits of `decode` together: o = Σ_s e^{m_s − m} · sum_s / Σ_s e^{m_s − m} · total_s, m = max_s m_s.
// Dispatch: (H, B), only where there are two splits or more.

// @use shape
// HEADS, HEAD_DIM, UNITS (padded head dim / 4), MAX_SPLITS, WG (at least UNITS and MAX_SPLITS)
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> split_sums: array<vec4f>; // [B, H, MAX_SPLITS, UNITS + 1]
@group(0) @binding(2) var<storage, read_write> o: array<f32>; // [B, H·D]

const LANES = WG / UNITS; // splits taken at a time
var<workgroup> maxima: array<f32, MAX_SPLITS>;
var<workgroup> sums: array<vec4f, WG>;
var<workgroup> totals: array<f32, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  // What an invocation needs first is on its way before the number of splits is known.
  let base = (group.y * HEADS + group.x) * MAX_SPLITS * (UNITS + 1u);
  let unit = lid % UNITS;
  let lane = lid / UNITS;
  let first = base + min(lane, MAX_SPLITS - 1u) * (UNITS + 1u);
  let first_sum = split_sums[first + unit];
  let first_total = split_sums[first + UNITS].y;
  let maximum = split_sums[base + min(lid, MAX_SPLITS - 1u) * (UNITS + 1u) + UNITS].x;
  let splits = step[STEP_SPLITS];
  if (group.x == HEADS - 1u && HEADS * HEAD_DIM + lid < OUT_STRIDE) {
    o[group.y * OUT_STRIDE + HEADS * HEAD_DIM + lid] = 0.0; // padding stays zero
  }
  if (lid < splits) {
    maxima[lid] = maximum;
  }
  workgroupBarrier();
  var top = maxima[0];
  for (var s = 1u; s < splits; s++) {
    top = max(top, maxima[s]);
  }
  var sum = vec4f(0.0);
  var total = 0.0;
  if (lane < min(LANES, splits)) {
    let scale = exp(maxima[lane] - top);
    sum = first_sum * scale;
    total = first_total * scale;
    for (var s = lane + LANES; s < splits; s += LANES) {
      let at = base + s * (UNITS + 1u);
      let later = exp(maxima[s] - top);
      sum += split_sums[at + unit] * later;
      total += split_sums[at + UNITS].y * later;
    }
  }
  sums[lid] = sum;
  totals[lid] = total;
  workgroupBarrier();
  if (lid < UNITS) {
    for (var l = 1u; l < LANES; l++) {
      sum += sums[l * UNITS + lid];
      total += totals[l * UNITS + lid];
    }
    let row = sum / total;
    for (var i = 0u; i < 4u; i++) {
      if (unit * 4u + i < HEAD_DIM) {
        o[group.y * OUT_STRIDE + group.x * HEAD_DIM + unit * 4u + i] = row[i];
      }
    }
  }
}
