// y[r, n] = act(s_r · Σ_k W[n, k] · g[k] · x[r, k] + b[n]) + residual[r, n]
// with s_r = 1 / sqrt(mean_k x[r, k]² + EPS) and g the norm's gain when NORM, else 1 and 1.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// One workgroup makes four rows of W for one row of x: each invocation reads 8 weights of each row (16 bytes at 16 bits).
// Dispatch: (N / 4 folded over x and y, 1, rows). Sums in f32. Widths are padded with zeros to multiples of 8.
override WG: u32 = 64u;
override K8: u32; // width of x in units of 8
override WIDTH: f32; // true width of x, for the mean
override OUT_STRIDE: u32;
override NORM: bool = false;
override BIAS: bool = false;
override RESIDUAL: bool = false;
override EPS: f32 = 0.0;
override ITERATIONS: u32 = (K8 + WG - 1u) / WG;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(1) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(2) var<storage, read> gain: array<vec4f>; // [K]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use weights
// @use reduce
// @use activation

fn dot8(a: Eight, lo: vec4f, hi: vec4f) -> f32 {
  return dot(a.lo, lo) + dot(a.hi, hi);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tile = group.x + group.y * groups.x;
  let first = tile * 4u * K8;
  if (first * WEIGHT_VECTORS >= arrayLength(&weight)) {
    return;
  }
  let row = group.z;
  let x_base = row * K8 * 2u;
  var sums = vec4f(0.0);
  var squares = 0.0;
  for (var i = 0u; i < ITERATIONS; i++) {
    let unit = i * WG + lid;
    if (K8 % WG == 0u || unit < K8) {
      var lo = x[x_base + 2u * unit];
      var hi = x[x_base + 2u * unit + 1u];
      if (NORM) {
        squares += dot(lo, lo) + dot(hi, hi);
        lo *= gain[2u * unit];
        hi *= gain[2u * unit + 1u];
      }
      sums += vec4f(
        dot8(weight_unit(first + unit), lo, hi),
        dot8(weight_unit(first + K8 + unit), lo, hi),
        dot8(weight_unit(first + 2u * K8 + unit), lo, hi),
        dot8(weight_unit(first + 3u * K8 + unit), lo, hi),
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
