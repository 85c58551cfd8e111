/** ‖ours − theirs‖ / ‖theirs‖; NaN where they are not equally many. */
export function relativeError(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < theirs.length; i++) {
    difference += ((ours[i] as number) - (theirs[i] as number)) ** 2;
    norm += (theirs[i] as number) ** 2;
  }
  return ours.length === theirs.length ? Math.sqrt(difference / norm) : Number.NaN;
}
