// Sums over LANES neighbouring invocations of a workgroup of WG, through workgroup memory. All of them get it.
var<workgroup> lane_slots: array<vec4f, WG>;

// Of `count` neighbouring invocations.
fn neighbours_sum(value: vec4f, lid: u32, count: u32) -> vec4f {
  lane_slots[lid] = value;
  workgroupBarrier();
  for (var width = count / 2u; width > 0u; width /= 2u) {
    if (lid % count < width) {
      lane_slots[lid] += lane_slots[lid + width];
    }
    workgroupBarrier();
  }
  let total = lane_slots[lid - lid % count];
  workgroupBarrier();
  return total;
}

fn lanes_sum(value: RowSums, lid: u32) -> RowSums {
  var sums = value;
  sums.rows = neighbours_sum(value.rows, lid, LANES);
  if (ROWS > 4u) {
    sums.more = neighbours_sum(value.more, lid, LANES);
  }
  if (NORM > 0u) {
    sums.squares = neighbours_sum(vec4f(value.squares), lid, select(LANES, WG, SHARED_X)).x;
  }
  return sums;
}
