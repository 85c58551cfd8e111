// y[r, n] = act(s_r · Σ_k W[n, k] · g[k] · x[r, k] + b[n]) + residual[r, n]
// with s_r = 1 / sqrt(mean_k x[r, k]² + EPS) and g the norm's gain when NORM, else 1 and 1.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// One workgroup makes four rows of W for one row of x: each invocation reads a span of each row (16 bytes but at 32 bits).
// Dispatch: (N / 4 folded over x and y, 1, rows). Sums in f32. Widths are padded with zeros to multiples of 8.
override WG: u32 = 64u;
override K8: u32; // width of x in units of 8
override WIDTH: f32; // true width of x, for the mean
override OUT_STRIDE: u32;
override NORM: bool = false;
override BIAS: bool = false;
override RESIDUAL: bool = false;
override EPS: f32 = 0.0;
override SPANS: u32 = K8 * 8u / SPAN; // of a row
override ITERATIONS: u32 = (SPANS + WG - 1u) / WG;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(1) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(2) var<storage, read> gain: array<vec4f>; // [K]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use weights
// @use reduce
// @use activation

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tile = group.x + group.y * groups.x;
  let first = tile * 4u;
  if (first >= weight_rows()) {
    return;
  }
  let row = group.z;
  let x_base = row * K8 * 2u;
  var sums = vec4f(0.0);
  var squares = 0.0;
  for (var i = 0u; i < ITERATIONS; i++) {
    let span = i * WG + lid;
    if (SPANS % WG == 0u || span < SPANS) {
      var v = array<vec4f, SPAN_VECTORS>();
      var v_sum = 0.0;
      for (var j = 0u; j < SPAN_VECTORS; j++) {
        v[j] = x[x_base + span * SPAN_VECTORS + j];
        if (NORM) {
          squares += dot(v[j], v[j]);
          v[j] *= gain[span * SPAN_VECTORS + j];
        }
        v_sum += v[j].x + v[j].y + v[j].z + v[j].w;
      }
      sums += vec4f(
        weight_dot(first, span, v, v_sum),
        weight_dot(first + 1u, span, v, v_sum),
        weight_dot(first + 2u, span, v, v_sum),
        weight_dot(first + 3u, span, v, v_sum),
      );
    }
  }
  var total = workgroup_sum(sums, lid);
  if (NORM) {
    total *= inverseSqrt(workgroup_sum(vec4f(squares), lid).x / WIDTH + EPS);
  }
  if (BIAS) {
    total += bias[tile];
  }
  if (ACT == 0u) {
    if (lid < 4u) {
      let at = row * OUT_STRIDE + tile * 4u + lid;
      var value = total[lid];
      if (RESIDUAL) {
        value += residual[at];
      }
      y[at] = value;
    }
  } else if (lid < 2u) {
    y[row * OUT_STRIDE + tile * 2u + lid] = activate(total[2u * lid]) * total[2u * lid + 1u];
  }
}
