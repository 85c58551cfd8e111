// y = act(Σ_s sums of split s + b) + residual: the splits of a GEMM's K put together.
// Dispatch: (ceil(N / 4 / WG / splits), rows, splits), only where there are two splits or more; each takes a share of the columns.

// @use shape
// UNITS (N / 4), WG

@group(0) @binding(0) var<storage, read> split_sums: array<vec4f>; // [splits, R, N]
@group(0) @binding(1) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(2) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use activation
// @use result

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let unit = (group.z * groups.x + group.x) * WG + lid;
  if (unit >= UNITS) {
    return;
  }
  var sums = vec4f(0.0);
  for (var split = 0u; split < groups.z; split++) {
    sums += split_sums[(split * groups.y + group.y) * UNITS + unit];
  }
  put_result(group.y, unit * 4u, sums);
}
