// y[r, k] = g[k] · x[r, k] / sqrt(mean_k x[r, k]² + EPS)   (RMSNorm, arXiv 1910.07467)
// One workgroup a row. Dispatch: (rows). Sums in f32. Padding columns are zero and stay zero.
override WG: u32 = 128u;
override VECTORS: u32; // padded width / 4
override WIDTH: f32; // true width, for the mean
override EPS: f32;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(1) var<storage, read> gain: array<vec4f>; // [K]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [R, K]

// @use reduce

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let base = group.x * VECTORS;
  var squares = 0.0;
  for (var i = lid; i < VECTORS; i += WG) {
    squares += dot(x[base + i], x[base + i]);
  }
  let scale = inverseSqrt(workgroup_sum(vec4f(squares), lid).x / WIDTH + EPS);
  for (var i = lid; i < VECTORS; i += WG) {
    y[base + i] = x[base + i] * scale * gain[i];
  }
}
