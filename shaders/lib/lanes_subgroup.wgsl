// Sums over LANES neighbouring invocations of a workgroup of WG: those of SUB, which are sure to share a subgroup, by shuffles, then
// through workgroup memory. All of them get it.
enable subgroups;
override SUB: u32;
var<workgroup> sub_sums: array<RowSums, WG / SUB>;

fn lanes_sum(value: RowSums, lid: u32) -> RowSums {
  var sums = value;
  for (var mask = SUB / 2u; mask > 0u; mask /= 2u) {
    if (ROWS == 1u) {
      sums.rows.x += subgroupShuffleXor(sums.rows.x, mask);
    } else {
      sums.rows += subgroupShuffleXor(sums.rows, mask);
    }
    if (ROWS > 4u) {
      sums.more += subgroupShuffleXor(sums.more, mask);
    }
    if (NORM) {
      sums.squares += subgroupShuffleXor(sums.squares, mask);
    }
  }
  if (LANES > SUB || (NORM && SHARED_X && WG > SUB)) {
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
