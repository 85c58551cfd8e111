// y[r, :] = E[ids[r], :]
// The table may be split by rows over several buffers; each dispatch writes the rows it holds and leaves the others.
// Dispatch: (ceil(units / 64), rows).
override K8: u32; // padded width / 8
override FIRST_ROW: u32; // first row of the table in this part

@group(0) @binding(0) var<storage, read> ids: array<u32>; // [R]
@group(0) @binding(1) var<storage, read> weight: array<vec4u>; // [V, M]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [R, M]

// @use weights

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let unit = at.x;
  let row = at.y;
  let rows = weight_rows();
  let id = ids[row];
  if (unit >= K8 || id < FIRST_ROW || id >= FIRST_ROW + rows) {
    return;
  }
  let value = weight_unit((id - FIRST_ROW) * K8 + unit);
  y[(row * K8 + unit) * 2u] = value.lo;
  y[(row * K8 + unit) * 2u + 1u] = value.hi;
}
