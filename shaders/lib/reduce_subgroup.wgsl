// Sum and maximum over a workgroup of WG invocations with subgroup operations of any width, then one hop through
// workgroup memory. Subgroups hold consecutive invocations of a one-dimensional workgroup.
enable subgroups;
var<workgroup> reduce_slots: array<vec4f, WG>;

fn workgroup_sum(value: vec4f, lid: u32) -> vec4f {
  let width = subgroupAdd(1u);
  let first = subgroupMin(lid);
  let part = subgroupAdd(value);
  if (lid == first) {
    reduce_slots[first / width] = part;
  }
  workgroupBarrier();
  var total = vec4f(0.0);
  for (var i = 0u; i < WG / width; i++) {
    total += reduce_slots[i];
  }
  workgroupBarrier();
  return total;
}

fn workgroup_max(value: f32, lid: u32) -> f32 {
  let width = subgroupAdd(1u);
  let first = subgroupMin(lid);
  let part = subgroupMax(value);
  if (lid == first) {
    reduce_slots[first / width].x = part;
  }
  workgroupBarrier();
  var top = reduce_slots[0].x;
  for (var i = 1u; i < WG / width; i++) {
    top = max(top, reduce_slots[i].x);
  }
  workgroupBarrier();
  return top;
}
