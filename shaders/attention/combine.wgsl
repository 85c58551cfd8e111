// Puts the splits of `decode` together: o = Σ_s e^{m_s − m} · sum_s / Σ_s e^{m_s − m} · total_s, m = max_s m_s.
// Dispatch: (H, B), only where there are two splits or more.

// @use shape
// HEADS, HEAD_DIM, UNITS (padded head dim / 4)
override OUT_STRIDE: u32;

// @use step
@group(0) @binding(1) var<storage, read> split_sums: array<vec4f>; // [B, H, splits, UNITS + 1]
@group(0) @binding(2) var<storage, read_write> o: array<f32>; // [B, H·D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let splits = step[STEP_SPLITS];
  if (group.x == HEADS - 1u && HEADS * HEAD_DIM + lid < OUT_STRIDE) {
    o[group.y * OUT_STRIDE + HEADS * HEAD_DIM + lid] = 0.0; // padding stays zero
  }
  let base = (group.y * HEADS + group.x) * splits;
  var top = split_sums[base * (UNITS + 1u) + UNITS].x;
  for (var s = 1u; s < splits; s++) {
    top = max(top, split_sums[(base + s) * (UNITS + 1u) + UNITS].x);
  }
  for (var unit = lid; unit < UNITS; unit += 64u) {
    var sum = vec4f(0.0);
    var total = 0.0;
    for (var s = 0u; s < splits; s++) {
      let at = (base + s) * (UNITS + 1u);
      let scale = exp(split_sums[at + UNITS].x - top);
      sum += split_sums[at + unit] * scale;
      total += split_sums[at + UNITS].y * scale;
    }
    let row = sum / total;
    for (var i = 0u; i < 4u; i++) {
      if (unit * 4u + i < HEAD_DIM) {
        o[group.y * OUT_STRIDE + group.x * HEAD_DIM + unit * 4u + i] = row[i];
      }
    }
  }
}
