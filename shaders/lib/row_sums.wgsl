// What a GEMV gathers of one row of x: its sums with ROWS rows of W, and Σ x².
struct RowSums { rows: vec4f, more: vec4f, squares: f32 }

// The sum of a row, complete.
fn sum_of(sums: RowSums, row: u32) -> f32 {
  return select(sums.rows[row % 4u], sums.more[row % 4u], row >= 4u);
}
