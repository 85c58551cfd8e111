// Sum over LANES neighbouring invocations of a workgroup of WG, through workgroup memory. All of them get it.
var<workgroup> lane_slots: array<vec4f, WG>;

fn lanes_sum(value: vec4f, lid: u32) -> vec4f {
  lane_slots[lid] = value;
  workgroupBarrier();
  for (var width = LANES / 2u; width > 0u; width /= 2u) {
    if (lid % LANES < width) {
      lane_slots[lid] += lane_slots[lid + width];
    }
    workgroupBarrier();
  }
  let total = lane_slots[lid - lid % LANES];
  workgroupBarrier();
  return total;
}
