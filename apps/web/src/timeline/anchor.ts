/**
 * Where a reader is: at the end and staying there, or at a row whose top edge stands `offset` pixels under the top of
 * the view. Whatever happens to the content, the scroll position is computed from this and written in one place.
 */
export type Anchor =
  | { readonly at: 'end' }
  | { readonly at: 'row'; readonly key: string; readonly offset: number };

export interface View {
  readonly scrollTop: number;
  readonly viewHeight: number;
  readonly contentHeight: number;
}
/** A row's place in the content. */
export interface RowBox {
  readonly key: string;
  readonly top: number;
  readonly bottom: number;
}

/** So near to the end counts as there. */
const END_PX = 24;

export function isAtEnd(view: View): boolean {
  return view.contentHeight - view.viewHeight - view.scrollTop <= END_PX;
}

/** What to hold on to: the end when it is near and really the end, else the first row in sight. */
export function anchorOf(view: View, boxes: readonly RowBox[], endIsLoaded: boolean): Anchor {
  const seen = boxes[firstInSight(boxes, view.scrollTop)];
  if ((endIsLoaded && isAtEnd(view)) || !seen) return { at: 'end' };
  return { at: 'row', key: seen.key, offset: seen.top - view.scrollTop };
}

/** The scroll position that keeps the anchor; undefined when its row is gone. */
export function scrollFor(
  anchor: Anchor,
  view: View,
  topOf: (key: string) => number | undefined,
): number | undefined {
  const most = Math.max(0, view.contentHeight - view.viewHeight);
  if (anchor.at === 'end') return most;
  const top = topOf(anchor.key);
  return top === undefined ? undefined : Math.min(most, Math.max(0, top - anchor.offset));
}

/** Index of the first row that ends below `scrollTop`, by halving: it runs at every scroll event. */
export function firstInSight(boxes: readonly RowBox[], scrollTop: number): number {
  let [low, high] = [0, boxes.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((boxes[middle]?.bottom ?? 0) > scrollTop) high = middle;
    else low = middle + 1;
  }
  return low;
}
