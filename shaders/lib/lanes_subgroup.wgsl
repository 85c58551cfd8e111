// Sums over LANES neighbouring invocations of a workgroup of WG: first of SUB, which are a subgroup when WHOLE and otherwise sure to share
// one, then through workgroup memory. All of them get it.
enable subgroups;
override SUB: u32;
override WHOLE: bool;
var<workgroup> sub_sums: array<RowSums, WG / SUB>;

fn sub_sum(value: vec4f) -> vec4f {
  if (WHOLE) {
    return subgroupAdd(value);
  }
  var sum = value;
  for (var mask = SUB / 2u; mask > 0u; mask /= 2u) {
    sum += subgroupShuffleXor(sum, mask);
  }
  return sum;
}

fn sub_sum_one(value: f32) -> f32 {
  if (WHOLE) {
    return subgroupAdd(value);
  }
  var sum = value;
  for (var mask = SUB / 2u; mask > 0u; mask /= 2u) {
    sum += subgroupShuffleXor(sum, mask);
  }
  return sum;
}

fn lanes_sum(value: RowSums, lid: u32) -> RowSums {
  var sums = value;
  if (ROWS == 1u) {
    sums.rows.x = sub_sum_one(value.rows.x);
  } else {
    sums.rows = sub_sum(value.rows);
  }
  if (ROWS > 4u) {
    sums.more = sub_sum(value.more);
  }
  if (NORM > 0u) {
    sums.squares = sub_sum_one(value.squares);
  }
  if (LANES > SUB || (NORM > 0u && SHARED_X && WG > SUB)) {
    if (lid % SUB == 0u) {
      sub_sums[lid / SUB] = sums;
    }
    workgroupBarrier();
    sums = RowSums();
    let first = lid / LANES * (LANES / SUB);
    for (var i = first; i < first + LANES / SUB; i++) {
      sums.rows += sub_sums[i].rows;
      sums.more += sub_sums[i].more;
      sums.squares += sub_sums[i].squares;
    }
    if (SHARED_X) {
      sums.squares = 0.0;
      for (var i = 0u; i < WG / SUB; i++) {
        sums.squares += sub_sums[i].squares;
      }
    }
  }
  return sums;
}
