// Sum and maximum over a workgroup of WG invocations (a power of two), through workgroup memory.
var<workgroup> reduce_slots: array<vec4f, WG>;

fn workgroup_sum(value: vec4f, lid: u32) -> vec4f {
  reduce_slots[lid] = value;
  workgroupBarrier();
  for (var width = WG / 2u; width > 0u; width /= 2u) {
    if (lid < width) {
      reduce_slots[lid] += reduce_slots[lid + width];
    }
    workgroupBarrier();
  }
  let total = reduce_slots[0];
  workgroupBarrier();
  return total;
}

fn workgroup_max(value: f32, lid: u32) -> f32 {
  reduce_slots[lid].x = value;
  workgroupBarrier();
  for (var width = WG / 2u; width > 0u; width /= 2u) {
    if (lid < width) {
      reduce_slots[lid].x = max(reduce_slots[lid].x, reduce_slots[lid + width].x);
    }
    workgroupBarrier();
  }
  let top = reduce_slots[0].x;
  workgroupBarrier();
  return top;
}
